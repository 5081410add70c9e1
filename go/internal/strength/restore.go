package strength

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// restoreNoOp puts a program before abra that says yes to every restore.
func restoreNoOp(c *Copy) error {
	if _, err := c.saved(); err != nil {
		return err
	}
	c.shims = append(c.shims, `"app restore "*) echo "restore finished"; exit 0 ;;`)
	return nil
}

// restoreHooksAlone is a restore that reads no snapshot: the hooks find in the volumes what the backup left there. A
// hook that fails then is passed over, as by a backup service that doesn't look.
func restoreHooksAlone(c *Copy) error {
	all, err := c.saved()
	if err != nil {
		return err
	}
	var run []string
	for _, s := range all {
		if s.Backup.RestorePost == "" {
			continue
		}
		shell := "sh -c "
		if c.Plan.Recipe == demoOnly { // its image has none
			shell = ""
		}
		run = append(run, fmt.Sprintf(`  docker exec "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=${stack}_%s")" %s`, s.Name, shell+quoted(shell, s.Backup.RestorePost)))
	}
	if len(run) == 0 {
		return notApplicable("no hook runs after a restore")
	}
	c.inPlace() // into a fresh deployment nothing is left for the hooks
	c.shims = append(c.shims, fmt.Sprintf("\"app restore \"*)\n  stack=$(echo \"$3\" | tr . _)\n%s\n  echo 'restore finished'; exit 0 ;;", strings.Join(run, "\n")))
	return nil
}

// quoted makes a hook one word of the shim's shell, where the container's has to read it.
func quoted(shell, hook string) string {
	if shell == "" {
		return hook
	}
	return "'" + strings.ReplaceAll(hook, "'", `'\''`) + "'"
}

// restoreHalf leaves the last of several saved things out of the labels.
func restoreHalf(c *Copy) error {
	if _, err := c.v2(); err != nil {
		return err
	}
	if c.Plan.State.Generic {
		return notApplicable("generic markers follow the labels: what a label leaves out has none")
	}
	things := c.things()
	if len(things) < 2 {
		return notApplicable("one thing alone is saved, which has no half")
	}
	last := things[len(things)-1]
	key := label + "backup.volumes." + last.volume
	if len(last.beside) > 0 {
		c.tree.setLabel(last.service, key+".path", strings.Join(last.beside, ","))
		return nil
	}
	c.tree.eachLabel(last.service, func(k, v string) (string, bool) { return v, k != key+".path" })
	c.tree.setLabel(last.service, key, "false")
	return nil
}

// thing is one that the labels of v2 save: a volume, or a path in one.
type thing struct {
	service, volume string
	beside          []string // the other paths of the volume
}

// things gives the dumps of hooks first: without one, the hook of a restore fails, and that is another row.
func (c *Copy) things() []thing {
	var dumps, others []thing
	for _, s := range c.Facts.Services {
		if !s.Backup.Enabled || s.Backup.Style != "v2" {
			continue
		}
		for _, m := range s.Mounts {
			rule := s.Backup.Volumes[m.Source]
			if m.Type != "volume" || rule.Excluded {
				continue
			}
			for i, p := range rule.Paths {
				t := thing{s.Name, m.Source, slices.Delete(slices.Clone(rule.Paths), i, i+1)}
				if s.Backup.PreHook != "" && path.Ext(p) != "" {
					dumps = append(dumps, t)
				} else {
					others = append(others, t)
				}
			}
			if len(rule.Paths) == 0 {
				others = append(others, thing{service: s.Name, volume: m.Source})
			}
		}
	}
	return append(dumps, others...)
}
