package recipe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"
)

// StandInFile says of a recipe's tree that it is no recipe that anybody deploys: it has the shape of one, with
// other applications in the places of those that a machine can't have. Its first line says what they are.
const StandInFile = ".cc-ci-stand-in"

const maxStandIn = 200 // bytes of what it says

// StandIn gives what the checkout in dir says it stands in with, empty for an ordinary recipe.
func StandIn(dir string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	b, err := root.ReadFile(StandInFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", StandInFile, err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, line)
	if line = strings.ToValidUTF8(line[:min(len(line), maxStandIn)], ""); line == "" {
		line = "it doesn't say with what"
	}
	return line, nil
}
