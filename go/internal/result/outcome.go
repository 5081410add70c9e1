package result

import "errors"

// Blamed is an error that knows whose fault it is. Errors that don't are the
// infrastructure's: a recipe is called red only on evidence (I1, S6).
type Blamed interface {
	error
	Outcome() Outcome
}

// OutcomeOf gives the verdict that an error stands for: Pass for nil, what a Blamed
// error in its chain says, else Error.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Pass
	}
	if b, ok := errors.AsType[Blamed](err); ok {
		return b.Outcome()
	}
	return Error
}

// Fault marks err as the recipe's. Its text stays as it is.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	return fault{err}
}

type fault struct{ error }

func (fault) Outcome() Outcome { return Fail }
func (f fault) Unwrap() error  { return f.error }

// ExitStatus is the status with which a program ends that has nothing worse to say (I1): 0 for a pass, 1 for the recipe's
// failure. A run that says nothing about the recipe is no pass: 3, the infrastructure's.
func (o Outcome) ExitStatus() int {
	switch o {
	case Pass, NotApplicable:
		return 0
	case Fail:
		return 1
	}
	return 3
}

// Worst gives the outcome of a run from those of its stages: error before fail
// before pass. A stage that did not run or doesn't apply decides nothing.
func Worst(stages []Stage) Outcome {
	worst := NotRun
	for _, s := range stages {
		switch {
		case s.Outcome == Error:
			return Error
		case s.Outcome == Fail:
			worst = Fail
		case s.Outcome == Pass && worst == NotRun:
			worst = Pass
		}
	}
	return worst
}
