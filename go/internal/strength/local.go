package strength

// localTest adds an executable to the repository's tests/.
func localTest(script string) func(*Copy) error {
	return func(c *Copy) error {
		if why := c.Plan.Local.NotApplicable; why != "" {
			return notApplicable("the plan declares: %s", why)
		}
		c.Plan.Limits.Step = c.limits.Step
		return c.write("tests/cc-ci-mutant.sh", script, 0o755)
	}
}
