package strength

import (
	"fmt"
	"regexp"

	"coopcloud.tech/cc-ci/internal/plan"
)

// dataLost keeps the engine from rolling back: a database that begins anew takes longer to answer, and an app that
// ends meanwhile would make another fault of it.
func dataLost(c *Copy) error {
	n := 0
	for _, s := range c.Facts.Services {
		for _, part := range c.tree.service(s.Name) {
			if update, ok := child(part, "deploy")["update_config"].(map[string]any); ok {
				update["failure_action"] = "continue"
			}
		}
	}
	for _, v := range c.Facts.Volumes {
		if v.External {
			continue
		}
		for _, doc := range c.tree.docs {
			volumes := child(doc, "volumes")
			if _, ok := volumes[v.Key]; ok {
				child(volumes, v.Key)["name"] = "${STACK_NAME}_" + v.Key + "_mutant"
				n++
			}
		}
	}
	if n == 0 {
		return notApplicable("the recipe has no volumes")
	}
	return nil
}

var secretVersion = regexp.MustCompile(`_\$\{SECRET_[A-Z0-9_]+_VERSION[^}]*\}$`)

func secretRegenerated(c *Copy) error {
	for _, s := range c.generated() {
		for _, doc := range c.tree.docs {
			secrets := child(doc, "secrets")
			if _, ok := secrets[s.Key]; !ok {
				continue
			}
			own := child(secrets, s.Key)
			if name := fmt.Sprint(own["name"]); secretVersion.MatchString(name) {
				own["name"] = secretVersion.ReplaceAllString(name, "_v9")
				return nil
			}
		}
	}
	return notApplicable("the recipe has no secret that abra generates under a version of its own")
}

func newSecret(c *Copy) error {
	c.tree.top("secrets")["cc_ci_new"] = map[string]any{"external": true, "name": "${STACK_NAME}_cc_ci_new_${SECRET_CC_CI_NEW_VERSION:-v1}"}
	c.tree.add(c.front(), "secrets", "cc_ci_new")
	return c.appendTo(".env.sample", "SECRET_CC_CI_NEW_VERSION=v1 # generate=false\n")
}

func newVariable(c *Copy) error {
	c.tree.setEnv(c.front(), "CC_CI_NEW", "${CC_CI_NEW:?say who}")
	return c.appendTo(".env.sample", "CC_CI_NEW=me\n")
}

func migration(c *Copy) error {
	if c.Plan.Recipe != demoOnly {
		return notApplicable("which data a version refuses, only the app knows; the demo's app does so")
	}
	c.Plan.Upgrade = plan.Upgrade{From: []string{"oldest"}}
	return nil
}

// upgradeCrash leaves the published version the time that it needs: most recipes roll
// back, which ends the wait.
func upgradeCrash(c *Copy) error {
	c.tree.set(c.front(), "entrypoint", []any{"/cc-ci-no-such-program"})
	c.Plan.Limits.Deploy = min(c.Plan.Limits.Deploy, 4*c.limits.Deploy)
	return nil
}
