package answer

import (
	"fmt"
	"time"

	"coopcloud.tech/cc-ci/internal/trigger"
)

// none writes an answer for a build that ended without a verdict on the recipe.
func (w Writer) none(s Wait, word, why string) string {
	return w.line([]string{name(s), "**" + word + "**", w.log(s.Build, "log")}) + "\n\n" + why
}

const again = " Comment `" + trigger.Word + "` for another run."

// Superseded says that a newer commit ended the run.
func (w Writer) Superseded(s Wait, newer string) string {
	return w.none(s, "cancelled", "`"+code(newer[:min(7, len(newer))])+"` was pushed, so the run of the older commit was cancelled. Comment `"+trigger.Word+"` to test the new one.")
}

// TooLong says that the run was ended at its time limit.
func (w Writer) TooLong(s Wait, limit time.Duration) string {
	return w.none(s, "ERROR", fmt.Sprintf("The build ran for more than %s and was cancelled. The recipe was not judged.", limit)+again)
}

// Cancelled says that somebody, or Drone's own time limit, ended the run.
func (w Writer) Cancelled(s Wait, after time.Duration) string {
	why := "The build was cancelled in Drone before it began."
	if after > 0 {
		why = fmt.Sprintf("The build was cancelled in Drone after %s: by a person, or at Drone's time limit.", after.Round(time.Second))
	}
	return w.none(s, "cancelled", why+" The recipe was not judged."+again)
}

// Broken says that Drone could not carry the build out.
func (w Writer) Broken(s Wait, b trigger.Build) string {
	why := "Drone could not carry out the build (status " + code(b.Status) + "). The recipe was not judged." + again
	if b.Error != "" {
		why += "\n\n" + fence(b.Error)
	}
	return w.none(s, "ERROR", why)
}

// NoResult says that a build ended and left no result: never a pass (U6).
func (w Writer) NoResult(s Wait, b trigger.Build) string {
	return w.none(s, "ERROR", "The build ended ("+code(b.Status)+") and left no result, so nothing is known of the recipe. The log says more."+again)
}

// Contradiction says that a result is not that of the run that was asked for.
func (w Writer) Contradiction(s Wait, why string) string {
	return w.none(s, "ERROR", "No verdict: "+why+". The log says more."+again)
}

// Lost says that Drone does not know the build any more.
func (w Writer) Lost(s Wait) string {
	return w.none(s, "ERROR", fmt.Sprintf("Drone has no build %d any more. The recipe was not judged.", s.Build)+again)
}
