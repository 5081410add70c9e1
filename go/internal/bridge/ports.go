package bridge

import (
	"context"
	"time"

	"coopcloud.tech/cc-ci/internal/answer"
	"coopcloud.tech/cc-ci/internal/trigger"
)

// Ports are the bridge's ways to the world.
type Ports struct {
	Pulls    Pulls
	Comments Comments
	Members  Members
	Recipes  Recipes
	Builds   Builds
	Results  Results
}

// Pulls is what the forge knows of pull requests.
type Pulls interface {
	// Touched lists those that something happened to since then, and gives the forge's time.
	Touched(ctx context.Context, since time.Time) ([]trigger.Touched, time.Time, error)
	Head(ctx context.Context, p trigger.Pull) (trigger.Head, error)
	// Pushes tells whether anything was pushed in the second of since or later, and which commit the newest push brought.
	Pushes(ctx context.Context, p trigger.Pull, since time.Time) (after bool, newest string, err error)
	// Status sets the commit's status: pending, success, failure or error.
	Status(ctx context.Context, p trigger.Pull, sha, state, link, text string) error
}

// Comments are those of a pull request, oldest first.
type Comments interface {
	Comments(ctx context.Context, p trigger.Pull, since time.Time) ([]trigger.Comment, error)
	Post(ctx context.Context, p trigger.Pull, body string) (int64, error)
	Edit(ctx context.Context, p trigger.Pull, id int64, body string) error
	Delete(ctx context.Context, p trigger.Pull, id int64) error
}

// Members tells who belongs to the organisation. An error means that it can't be told.
type Members interface {
	Member(ctx context.Context, user string) (bool, error)
}

// Recipes are the enrolled ones.
type Recipes interface {
	Enrolled(ctx context.Context) (map[string]bool, error)
	// Branch gives the tip of a recipe's default branch.
	Branch(ctx context.Context, recipe string) (trigger.Head, error)
}

// Builds is the queue.
type Builds interface {
	Builds(ctx context.Context, page int) ([]trigger.Build, error) // newest first, page 1 first, empty behind the last
	Build(ctx context.Context, number int64) (trigger.Build, error)
	Create(ctx context.Context, p trigger.Params) (trigger.Build, error)
	Cancel(ctx context.Context, number int64) error
	// Guarded gives an error where a pull request of the project could start a build.
	Guarded(ctx context.Context) error
}

// Results is the results store (U6).
type Results interface {
	// Find gives the published result of a build, nil where there is none.
	Find(ctx context.Context, b trigger.Build) (*answer.Report, error)
	// Typical gives how long a run of the recipe takes, 0 where that isn't known.
	Typical(recipe string) time.Duration
}
