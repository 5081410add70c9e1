// Package recorder turns a recording of Chrome's DevTools Recorder (the JSON export of
// @puppeteer/replay) into browser steps in Nix, for a person to review.
//
// A recording is a starting point and never run as it is: it asserts nothing unless
// somebody added a wait, it names absolute addresses, and it holds what was typed in the
// clear. So every password becomes a secret by reference, addresses of the app lose their
// host, and what has no counterpart is a remark beside the step, not a silent gap.
package recorder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// maxSteps bounds a recording: contenteditable fields record a step for each letter.
const maxSteps = 10_000

// Flow is what a recording became.
type Flow struct {
	Title      string
	Steps      []Step
	Assertions int // steps that expect something; a flow without one is refused by the plan
}

// Step is one browser step: a key of the vocabulary, its value in Nix, and what a
// reviewer should know. A Step without a verb is a remark alone.
type Step struct {
	Verb, Value string
	Remark      string
}

// recording is the part of the export that is read. Unknown fields (viewport, offsets,
// targets) say how the recording was made, not what it does.
type recording struct {
	Title string     `json:"title"`
	Steps []recorded `json:"steps"`
}

type recorded struct {
	Type       string          `json:"type"`
	URL        string          `json:"url"`
	Value      string          `json:"value"`
	Key        string          `json:"key"`
	Selectors  []selector      `json:"selectors"`
	Frame      []int           `json:"frame"`
	Visible    *bool           `json:"visible"`
	Count      *int            `json:"count"`
	Properties json.RawMessage `json:"properties"`
	Expression string          `json:"expression"`
	Asserted   []struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	} `json:"assertedEvents"`
}

// selector is one way to find the element: a chain of selectors through shadow roots.
type selector []string

// UnmarshalJSON takes "css" for ["css"].
func (s *selector) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*s = selector{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(s))
}

// Import reads an export. The app's host is that of the first address; steps on others
// keep theirs. Errors name the step and what was expected.
func Import(export []byte) (Flow, error) {
	var r recording
	if err := json.Unmarshal(bytes.TrimSpace(export), &r); err != nil {
		return Flow{}, fmt.Errorf("expected the JSON export of Chrome's recorder: %w", err)
	}
	if len(r.Steps) == 0 || len(r.Steps) > maxSteps {
		return Flow{}, fmt.Errorf("expected 1 to %d steps, found %d", maxSteps, len(r.Steps))
	}
	in := importer{flow: Flow{Title: r.Title}}
	for i, step := range r.Steps {
		if i+1 < len(r.Steps) && focuses(step, r.Steps[i+1]) {
			continue
		}
		if err := in.step(step); err != nil {
			return Flow{}, fmt.Errorf("steps[%d] (%s): %w", i, step.Type, err)
		}
	}
	return in.flow, nil
}

// focuses tells whether a click only puts the cursor where the next step fills.
func focuses(s, next recorded) bool {
	return s.Type == "click" && next.Type == "change" && reflect.DeepEqual(s.Selectors, next.Selectors)
}

type importer struct {
	flow Flow
	host string // of the app: the first address
}

var errNoSelector = errors.New("expected selectors, found none")

func (in *importer) step(s recorded) error {
	in.inFrame(s)
	switch s.Type {
	case "setViewport", "scroll", "hover", "emulateNetworkConditions":
		return nil
	case "navigate":
		if in.host == "" {
			u, err := url.Parse(s.URL)
			if err != nil || u.Host == "" {
				return fmt.Errorf("expected an address with a host, found %q", s.URL)
			}
			in.host = u.Host
		}
		in.add("goto", quote(in.place(s.URL)), "")
	case "click", "doubleClick":
		at, err := locate(s)
		if err != nil {
			return err
		}
		in.add("click", at, remarkIf(s.Type == "doubleClick", "was a double click"))
	case "change":
		return in.change(s)
	case "keyDown":
		in.press(s.Key)
	case "keyUp", "close":
		return nil
	case "waitForElement":
		return in.wait(s)
	case "waitForExpression":
		in.expect("eval", fmt.Sprintf("{ js = %s; equals = \"true\"; }", quote(s.Expression)))
	default:
		in.add("", "", "not imported: a step "+oneLine(s.Type))
	}
	in.navigated(s)
	return nil
}

// change is what was typed into a field. Where it was chosen from a list, which a
// recording doesn't tell, the reviewer writes `select`.
func (in *importer) change(s recorded) error {
	at, err := locate(s)
	if err != nil {
		return err
	}
	value, remark := quote(s.Value), ""
	if isPassword(s) {
		value, remark = `"\${secret:password}"`, "what was typed is not repeated here: name the app's secret"
	}
	in.add("fill", fmt.Sprintf("{ at = %s; value = %s; }", at, value), remark)
	in.navigated(s)
	return nil
}

// press keeps keys that do something; letters are what `change` records as a whole.
func (in *importer) press(key string) {
	switch key {
	case "Enter", "Escape", "Tab", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Delete", "Backspace":
		in.add("press", fmt.Sprintf("{ key = %s; }", quote(key)), "")
	}
}

func (in *importer) wait(s recorded) error {
	at, err := locate(s)
	if err != nil {
		return err
	}
	var properties struct {
		Text string `json:"textContent"`
	}
	if len(s.Properties) > 0 {
		if err := json.Unmarshal(s.Properties, &properties); err != nil {
			return fmt.Errorf("properties: %w", err)
		}
	}
	switch {
	case properties.Text != "":
		in.expect("expectText", fmt.Sprintf("{ at = %s; text = %s; }", at, quote(properties.Text)))
	case s.Visible != nil && !*s.Visible, s.Count != nil && *s.Count == 0:
		in.expect("wait", fmt.Sprintf("{ for = %s; state = \"hidden\"; }", at))
	default:
		in.expect("wait", fmt.Sprintf("{ for = %s; }", at))
	}
	return nil
}

// navigated keeps where a step led: the one assertion that every recording has.
func (in *importer) navigated(s recorded) {
	for _, e := range s.Asserted {
		if e.Type == "navigation" && e.URL != "" && s.Type != "navigate" {
			in.expect("expectURL", quote("**"+in.place(e.URL)))
		}
	}
}

// place gives an address without the app's host and without its query, which changes.
func (in *importer) place(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != in.host {
		return address
	}
	if u.Path == "" {
		return "/"
	}
	return u.Path
}

func (in *importer) expect(verb, value string) {
	in.add(verb, value, "")
	in.flow.Assertions++
}

func (in *importer) add(verb, value, remark string) {
	in.flow.Steps = append(in.flow.Steps, Step{verb, value, remark})
}

// inFrame warns of a step in an iframe: a recording counts frames, a flow names them.
func (in *importer) inFrame(s recorded) {
	if len(s.Frame) > 0 {
		in.add("", "", "the next step acted in an iframe: give it `frame` with the iframe's selector")
	}
}

func remarkIf(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// isPassword tells whether any of the step's selectors speaks of a password.
func isPassword(s recorded) bool {
	for _, chain := range s.Selectors {
		for _, part := range chain {
			lower := strings.ToLower(part)
			for _, word := range []string{"password", "passwd", "passwort", "secret", "token"} {
				if strings.Contains(lower, word) {
					return true
				}
			}
		}
	}
	return false
}
