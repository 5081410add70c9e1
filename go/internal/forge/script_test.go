//go:build forge

package forge

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommentScript: what the VM check of the whole server runs inside its machine, checks/e2e/comment.sh, finds the verdict here too, and
// doesn't take a red one for it.
func TestCommentScript(t *testing.T) {
	trivial(t, "green", "red")
	start(t, settings{})
	comment := func(repo string) error {
		return command(filepath.Join(root, "checks/e2e/comment.sh"), gitea, filepath.Join(dir, "secrets/operator-token"), "recipes/"+repo, "ci-bot", fmt.Sprint(int(patience.Seconds())))
	}
	if err := comment("green"); err != nil {
		t.Error(err)
	}
	if err := comment("red"); err == nil || !strings.Contains(err.Error(), "**RED") {
		t.Errorf("expected the script to fail with the verdict, which is red, found %v", err)
	}
}
