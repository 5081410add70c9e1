package plan

import (
	"encoding/json"
	"fmt"
	"time"
)

// Duration is a time span that JSON writes as Go does: "90s", "10m".
type Duration time.Duration

// Of gives d, or other where d is zero: a step that names no time of its own.
func (d Duration) Of(other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return time.Duration(d)
}

// MarshalJSON writes the span as text.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON reads "90s" and refuses negative spans and bare numbers.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("expected a duration such as \"90s\", found %s", b)
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return fmt.Errorf("expected a duration such as \"90s\", found %q", s)
	}
	*d = Duration(v)
	return nil
}
