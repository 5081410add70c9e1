package localtest

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseReport(t *testing.T) {
	b := []byte(`<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">
<properties><property name="x" value="y"/></properties>
<testcase classname="deep.test_a" name="test_one[/]" time="0.250"/>
<testcase classname="deep.test_a.TestFiles" name="test_two" time="x"><failure message="assert 1 == 2">E  assert</failure></testcase>
<testcase classname="deep.test_a" name="test_three"><skipped type="pytest.skip" message="no mail here">x</skipped></testcase>
<testcase classname="" name="deep.test_a"><error message="collection failure">x</error></testcase>
</testsuite></testsuites>`)
	cases, err := parseReport(b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range cases {
		got = append(got, fmt.Sprintf("%s %s %s %s", c.place("deep/test_a.py"), c.outcome, c.took, c.why))
	}
	want := []string{
		"local.deep/test_a.py::test_one[/] pass 250ms ",
		"local.deep/test_a.py::TestFiles::test_two fail 0s assert 1 == 2",
		"local.deep/test_a.py::test_three not-run 0s skipped: no mail here",
		"local.deep/test_a.py fail 0s collection failure",
	}
	for i := range want {
		if i >= len(got) || strings.TrimSpace(got[i]) != strings.TrimSpace(want[i]) {
			t.Errorf("case %d:\nwant %q\ngot  %q", i, want[i], got)
		}
	}
}

func TestParseReportRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"document type":  {`<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuites>&a;</testsuites>`, "document type"},
		"unknown entity": {`<testsuites>&a;</testsuites>`, "entity"},
		"other charset":  {`<?xml version="1.0" encoding="utf-7"?><testsuites/>`, "utf-7"},
		"cut":            {`<testsuites><testcase name="a">`, "EOF"},
		"deep":           {strings.Repeat("<a>", 100), "deeper"},
		"many":           {"<a>" + strings.Repeat("<testcase/>", maxCases+1) + "</a>", "more than 1000"},
		"large":          {strings.Repeat(" ", maxReport+1), "4 MiB"},
		"no XML":         {"\x00\x01", "JUnit"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseReport([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("expected an error with %q, got %v", tt.want, err)
			}
		})
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add([]byte(`<testsuites><testcase classname="a" name="b" time="1"><failure message="m"/></testcase></testsuites>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		cases, err := parseReport(b)
		if err != nil && cases != nil {
			t.Errorf("an error with %d cases", len(cases))
		}
		for _, c := range cases {
			c.place("test_a.py")
		}
	})
}
