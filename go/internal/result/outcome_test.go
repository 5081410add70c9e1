package result

import (
	"errors"
	"fmt"
	"testing"
)

func TestOutcomeOf(t *testing.T) {
	plain := errors.New("no disk")
	for _, tt := range []struct {
		name string
		err  error
		want Outcome
	}{
		{"nothing", nil, Pass},
		{"no fault, so nobody blames the recipe", plain, Error},
		{"recipe", Fault(plain), Fail},
		{"recipe, wrapped", fmt.Errorf("deploy: %w", Fault(plain)), Fail},
		{"no fault of nothing", Fault(nil), Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := OutcomeOf(tt.err); got != tt.want {
				t.Errorf("want %s, got %s", tt.want, got)
			}
		})
	}
}

func TestWorst(t *testing.T) {
	for _, tt := range []struct {
		in   []Outcome
		want Outcome
	}{
		{[]Outcome{Pass, NotApplicable, Pass}, Pass},
		{[]Outcome{Pass, Fail, NotRun}, Fail},
		{[]Outcome{Fail, Error}, Error},
		{[]Outcome{NotRun}, NotRun},
	} {
		var stages []Stage
		for _, o := range tt.in {
			stages = append(stages, Stage{Outcome: o})
		}
		if got := Worst(stages); got != tt.want {
			t.Errorf("%v: want %s, got %s", tt.in, tt.want, got)
		}
	}
}
