package strength

// leftoverVolume lets a container of nobody's hold a volume of the app's name from the
// undeploy on. Its name is told in a file, so that it is removed after the run.
func leftoverVolume(c *Copy) error {
	c.shims = append(c.shims, `"app undeploy "*)
  stack=$(echo "$3" | tr . _)
  made=$(docker create --label cc-ci.mutant=1 --volume "${stack}_cc-ci-mutant:/held" '`+c.Image+`' true) || exit 1
  printf 'container %s\nvolume %s_cc-ci-mutant\n' "$made" "$stack" >>"$held" ;;`)
	return nil
}
