package strength

// leftoverVolume lets a container of nobody's hold a volume of the app's name from the
// undeploy on. Its name is told in a file, so that it is removed after the run.
func leftoverVolume(c *Copy) error {
	c.shims = append(c.shims, `"app undeploy "*)
  stack=$(echo "$3" | tr . _)
  docker create --label cc-ci.mutant=1 --volume "${stack}_cc-ci-mutant:/held" '`+c.Image+`' true >>"$held" || exit 1
  echo "${stack}_cc-ci-mutant" >>"$held" ;;`)
	return nil
}
