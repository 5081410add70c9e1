package standin_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"coopcloud.tech/cc-ci/internal/standin"
)

var update = flag.Bool("update", false, "write the generated page")

// TestPage fails when the reference page isn't what the tables say.
func TestPage(t *testing.T) {
	const path = "../../../docs/reference/abra-standin.md"
	var want bytes.Buffer
	if err := standin.Page(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is out of date; write it with: go test ./internal/standin -run TestPage -update", path)
	}
}
