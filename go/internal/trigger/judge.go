package trigger

import "time"

// LookBack is how old a comment may be that is still run after an outage (T5).
const LookBack = 24 * time.Hour

// Verdict is what becomes of a comment that Asks.
type Verdict string

// The verdicts. All but Run settle the comment; all but Run and Ignored are answered.
const (
	Run         Verdict = "run"
	Ignored     Verdict = "ignored"      // a stranger, on a repository that is not ours to answer in
	NotEnrolled Verdict = "not-enrolled" // no folder under recipes/ on the default branch
	NotMember   Verdict = "not-member"   // T4
	Missed      Verdict = "missed"       // older than LookBack
	Closed      Verdict = "closed"       // the pull request is not open
	Moved       Verdict = "moved"        // something was pushed after the comment (T6)
	Unseen      Verdict = "unseen"       // the branch's tip is not what the commenter could see (T6)
)

// Facts are asked for one by one, in the order of the checks, and only as far as needed.
// An error means that the fact could not be had.
type Facts interface {
	Enrolled() (bool, error)
	Member() (bool, error) // on the allow list, or member of the organisation
	Head() (Head, error)
	Pushed() (after bool, newest string, err error) // anything in the second of the comment or later; the commit of the newest push
}

// Judge says what becomes of a comment made at created. now is the forge's clock. The
// head is that of a run, else empty. With an error nothing is decided: fail closed, ask again.
func Judge(created, now time.Time, f Facts) (Verdict, Head, error) {
	enrolled, err := f.Enrolled()
	if err != nil {
		return "", Head{}, err
	}
	member, err := f.Member()
	switch {
	case err != nil:
		return "", Head{}, err
	case !member && !enrolled:
		return Ignored, Head{}, nil
	case !enrolled:
		return NotEnrolled, Head{}, nil
	case !member:
		return NotMember, Head{}, nil
	case now.Sub(created) > LookBack:
		return Missed, Head{}, nil
	}
	return Still(f, "")
}

// Still judges what can change between a comment and its build: whether the pull request
// is open, and its head. pinned is the commit that was taken before, empty at first sight.
func Still(f Facts, pinned string) (Verdict, Head, error) {
	head, err := f.Head()
	if err != nil {
		return "", Head{}, err
	}
	if !head.Open {
		return Closed, Head{}, nil
	}
	if pinned != "" && head.SHA != pinned {
		return Moved, Head{}, nil
	}
	pushed, newest, err := f.Pushed()
	switch {
	case err != nil:
		return "", Head{}, err
	case pushed:
		return Moved, Head{}, nil
	case head.Unseen, head.SHA != newest: // a push of which the time line does not tell yet, or never will
		return Unseen, Head{}, nil
	}
	return Run, head, nil
}
