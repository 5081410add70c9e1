package stage

import (
	"fmt"

	"coopcloud.tech/cc-ci/internal/app"
)

// Edge is one upgrade to try: from a published version to the commit under test.
type Edge struct {
	From string      // as the plan asks for it: "previous", "oldest", a version
	Tag  string      // the published version; empty where Gap says that there is none
	Old  app.Version // the published version, for a new app
	New  app.Version // the commit under test over Old's env file (app.PrepareOver)

	OldOverride, NewOverride []byte

	Note    string // the release note for operators; empty where the recipe has none
	Gap     error  // why it can't be tried, which says nothing about the new version
	Refused error  // why the new version must not be deployed over the old one's env
	Beside  bool   // tried beside the one that was asked for: with a Gap, the stage is judged without it
}

// String is "1.1.0+2.0.0 -> a1b2c3d".
func (e Edge) String() string { return fmt.Sprintf("%s -> %.7s", e.Tag, e.New.Commit) }
