package strength

import (
	"path"
	"slices"
	"strings"

	"coopcloud.tech/cc-ci/internal/plan"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/result"
)

const label = "backupbot."

// saved are the services that are backed up.
func (c *Copy) saved() ([]recipe.Service, error) {
	found := slices.DeleteFunc(slices.Clone(c.Facts.Services), func(s recipe.Service) bool { return !s.Backup.Enabled })
	if len(found) == 0 {
		return nil, notApplicable("no service has the label backupbot.backup=true")
	}
	return found, nil
}

// inPlace leaves out the other situations: the row shows before any restore.
func (c *Copy) inPlace() { c.Plan.Backup.Restore = []string{"in-place"} }

// v2 gives the first service that is backed up by labels of v2.
func (c *Copy) v2() (recipe.Service, error) {
	all, err := c.saved()
	if err != nil {
		return recipe.Service{}, err
	}
	for _, s := range all {
		if s.Backup.Style != "v1" {
			return s, nil
		}
	}
	return recipe.Service{}, notApplicable("the backup labels are of v1, which knows no hooks and no rules for volumes")
}

func backupLabelMissing(c *Copy) error {
	all, err := c.saved()
	for _, s := range all {
		c.tree.setLabel(s.Name, label+"backup", "false")
	}
	return err
}

func volumeLeftOut(c *Copy) error {
	if _, err := c.saved(); err != nil {
		return err
	}
	c.inPlace()
	c.addService("exec sleep 1000000", map[string]any{"volumes": []any{"cc_ci_mutant:/data"}, "stop_signal": "SIGKILL"})
	c.tree.top("volumes")["cc_ci_mutant"] = map[string]any{}
	return nil
}

func labelsMixed(c *Copy) error {
	all, err := c.saved()
	if err != nil {
		return err
	}
	c.inPlace()
	for _, s := range all {
		for _, m := range s.Mounts {
			if m.Type != "volume" {
				continue
			}
			c.tree.setLabel(s.Name, label+"backup.path", m.Target)
			c.tree.setLabel(s.Name, label+"backup.volumes."+m.Source, "true")
			return nil
		}
	}
	return notApplicable("no service that is backed up mounts a volume")
}

func hookFails(c *Copy) error {
	s, err := c.v2()
	if err == nil {
		c.tree.setLabel(s.Name, label+"backup.pre-hook", "/cc-ci-no-such-program")
	}
	return err
}

func restoreHookFails(c *Copy) error {
	s, err := c.v2()
	if err == nil {
		c.tree.setLabel(s.Name, label+"restore.post-hook", "/cc-ci-no-such-program")
	}
	return err
}

// dumpOf finds a service whose hook writes a dump that a label names, and the dump.
func (c *Copy) dumpOf() (s recipe.Service, volume, file, mounted string, err error) {
	all, err := c.saved()
	for _, s := range all {
		for _, m := range s.Mounts {
			for _, p := range s.Backup.Volumes[m.Source].Paths {
				if s.Backup.PreHook != "" && path.Ext(p) != "" {
					return s, m.Source, p, path.Join(m.Target, p), nil
				}
			}
		}
	}
	if err == nil {
		err = notApplicable("no hook writes a dump that a label names (backupbot.backup.volumes.<volume>.path)")
	}
	return s, "", "", "", err
}

func emptyDump(c *Copy) error { return c.spoilDump(": > %s", "") }
func truncatedDump(c *Copy) error {
	return c.spoilDump(`n=$$(($$(wc -c < %s) / 2)) && head -c $$n %s > %s.half && mv %s.half %s`, `{"notes":[{"text":"mi`)
}

// spoilDump lets the hook's own shell spoil the dump. The demo's image has no shell: there an
// upload stands for the dump.
func (c *Copy) spoilDump(script, content string) error {
	s, volume, _, mounted, err := c.dumpOf()
	if err != nil {
		return err
	}
	if c.Plan.Recipe == demoOnly {
		rule := label + "backup.volumes." + volume + ".path"
		old, _ := c.tree.label(s.Name, rule)
		c.tree.setLabel(s.Name, rule, old+",uploads/dump.json")
		c.Plan.State.Write = append(c.Plan.State.Write, plan.Step{HTTP: &plan.HTTP{Method: "POST", Path: "/files",
			Upload: &plan.Upload{Field: "file", Name: "dump.json", Content: content}, Expect: &plan.HTTPExpect{Status: 302}}})
		return nil
	}
	hook, _ := c.tree.label(s.Name, label+"backup.pre-hook")
	c.tree.setLabel(s.Name, label+"backup.pre-hook", hook+" && "+strings.ReplaceAll(script, "%s", mounted))
	return nil
}

func pathMissing(c *Copy) error {
	s, err := c.v2()
	if err != nil {
		return err
	}
	for _, m := range s.Mounts {
		if rule := s.Backup.Volumes[m.Source]; m.Type == "volume" && !rule.Excluded {
			c.tree.setLabel(s.Name, label+"backup.volumes."+m.Source+".path", strings.Join(append(slices.Clone(rule.Paths), "cc-ci-no-such-folder"), ","))
			return nil
		}
	}
	return notApplicable("service %s saves no volume", s.Name)
}

// assertionDeleted takes the last assertion out of state.verify. Where it is the only
// one, the list would be refused before any run: then it is made to say nothing.
func assertionDeleted(c *Copy) error {
	if c.Plan.State.Generic {
		return notApplicable("the recipe declares no state, so it has no assertions")
	}
	if _, err := c.saved(); err != nil {
		return err
	}
	c.inPlace()
	verify := slices.Clone(c.Plan.State.Verify)
	var own []int
	for i, s := range verify {
		if weakenable(s) && !contains(c.Plan.State.Write, s) && !contains(c.Plan.State.Change, s) {
			own = append(own, i)
		}
	}
	if len(own) < 2 || len(c.changes()) < 2 {
		c.Want = Want{Stage: "backup", Outcome: []result.Outcome{result.Fail}, Says: []string{"state.verify still passes after state.change"}}
	}
	switch len(own) {
	case 0:
		return notApplicable("no assertion of state.verify is its own")
	case 1:
		weaken(&verify[own[0]], c.Plan.Ready.Path)
	default:
		verify = slices.Delete(verify, own[len(own)-1], own[len(own)-1]+1)
	}
	c.Plan.State.Verify = verify
	return nil
}
