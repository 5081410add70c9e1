package standin_test

import (
	"bytes"
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
	"coopcloud.tech/cc-ci/internal/standin"
)

// TestPage fails when the reference page isn't what the tables say.
func TestPage(t *testing.T) {
	const path = "../../../docs/reference/abra-standin.md"
	var want bytes.Buffer
	if err := standin.Page(&want); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, path, want.String())
}
