package recipe

import "strings"

// Backup is what a service's backup labels say (contract section 8).
type Backup struct {
	Enabled bool   // backupbot.backup is true
	Style   string // "v1", "v2" or "mixed"; "" where there is no backup label

	PreHook, PostHook       string // of a backup, v2
	RestorePre, RestorePost string // hooks of a restore, v2
	Volumes                 map[string]VolumeBackup
	Paths                   []string // v1: paths in the container
	Command                 string   // v1: its output is the backup
}

// VolumeBackup is the rule for one volume of the service, v2. A volume without a
// rule is saved whole.
type VolumeBackup struct {
	Excluded bool
	Paths    []string // only these inside the volume; none: the whole volume
}

// ParseBackup reads the backup labels of one service, of either style.
func ParseBackup(labels map[string]string) Backup {
	b := Backup{Volumes: map[string]VolumeBackup{}}
	var v1, v2 bool
	for key, value := range labels {
		rest, ok := strings.CutPrefix(key, "backupbot.")
		if !ok {
			continue
		}
		switch {
		case rest == "backup":
			b.Enabled = isTrue(value)
		case rest == "backup.path":
			b.Paths, v1 = commaList(value), true
		case rest == "backup.command":
			b.Command, v1 = value, true
		case rest == "backup.pre-hook":
			b.PreHook, v2 = value, true
		case rest == "backup.post-hook":
			b.PostHook, v2 = value, true
		case rest == "restore.pre-hook":
			b.RestorePre, v2 = value, true
		case rest == "restore.post-hook":
			b.RestorePost, v2 = value, true
		case strings.HasPrefix(rest, "backup.volumes."):
			b.volume(strings.TrimPrefix(rest, "backup.volumes."), value)
			v2 = true
		}
	}
	switch {
	case v1 && v2:
		b.Style = "mixed" // loses data without a word, says the contract
	case v1:
		b.Style = "v1"
	case v2 || b.Enabled:
		b.Style = "v2"
	}
	return b
}

func (b *Backup) volume(rest, value string) {
	if name, ok := strings.CutSuffix(rest, ".path"); ok {
		v := b.Volumes[name]
		v.Paths = commaList(value)
		b.Volumes[name] = v
		return
	}
	v := b.Volumes[rest]
	v.Excluded = !isTrue(value)
	b.Volumes[rest] = v
}

func isTrue(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "1", "yes":
		return true
	}
	return false
}

func commaList(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
