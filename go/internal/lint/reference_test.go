package lint

import (
	"testing"

	"coopcloud.tech/cc-ci/internal/golden"
)

func TestReference(t *testing.T) {
	golden.Compare(t, "../../../docs/reference/lint.md", reference())
}
