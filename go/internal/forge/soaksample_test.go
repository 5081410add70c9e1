//go:build forge && long

package forge

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is what a bridge holds at a moment.
type sample struct {
	life       int
	age        time.Duration
	kilobytes  int // resident
	files      int // descriptors
	kept       int // files of its state
	goroutines int
}

// warm is the age from which a bridge's samples count.
const warm = 2 * time.Minute

// sample measures the bridge; one that was killed just now is left out.
func (s *soak) sample() {
	proc := fmt.Sprintf("/proc/%d", s.b.process.Process.Pid)
	v := sample{life: s.lives, age: time.Since(s.bornAt).Round(time.Second)}
	files, err := os.ReadDir(proc + "/fd")
	v.files = len(files)
	_ = filepath.WalkDir(s.b.state, func(string, os.DirEntry, error) error { v.kept++; return nil })
	if err == nil {
		v.kilobytes, err = figure(os.ReadFile(proc + "/status"))(`VmRSS:\s+([0-9]+) kB`)
	}
	if err == nil {
		v.goroutines, err = figure(page("http://" + s.b.listen + "/metrics"))(`(?m)^go_goroutines ([0-9]+)$`)
	}
	runs, _ := os.ReadDir(filepath.Join(machine.State, "runs"))
	load, _ := os.ReadFile("/proc/loadavg")
	s.log.Info("sample", "life", v.life, "age", v.age, "rss KB", v.kilobytes, "descriptors", v.files, "goroutines", v.goroutines, "state files", v.kept, "error", err,
		"open", s.open(false), "open demos", s.open(true), "asked", len(s.asked), "runs", len(runs), "load", strings.TrimSpace(string(load)))
	if err == nil {
		s.samples = append(s.samples, v)
	}
}

func page(url string) ([]byte, error) {
	c := http.Client{Timeout: 10 * time.Second}
	resp, err := c.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// figure gives a function that finds the number of a pattern in a text.
func figure(text []byte, err error) func(pattern string) (int, error) {
	return func(pattern string) (int, error) {
		if err != nil {
			return 0, err
		}
		m := regexp.MustCompile(pattern).FindSubmatch(text)
		if m == nil {
			return 0, fmt.Errorf("expected %s, found none", pattern)
		}
		return strconv.Atoi(string(m[1]))
	}
}

// growth judges the longest life's samples from warm on: the median of the last third must not be above that of the first third by more than a
// quarter and the slack, which is a heap's noise, a few connections and their goroutines.
func (s *soak) growth() {
	byLife, longest := map[int][]sample{}, 0
	for _, v := range s.samples {
		if v.age >= warm {
			byLife[v.life] = append(byLife[v.life], v)
		}
		if len(byLife[v.life]) > len(byLife[longest]) {
			longest = v.life
		}
	}
	list := byLife[longest]
	if len(list) < 9 {
		s.t.Logf("growth: not judged, the longest life has %d samples; it takes 9, so a soak of half an hour", len(list))
		return
	}
	for _, f := range []struct {
		name  string
		slack int
		of    func(sample) int
	}{
		{"resident KB", 4096, func(v sample) int { return v.kilobytes }},
		{"descriptors", 8, func(v sample) int { return v.files }},
		{"goroutines", 8, func(v sample) int { return v.goroutines }},
		{"state files", 2, func(v sample) int { return v.kept }},
	} {
		first, last := median(list[:len(list)/3], f.of), median(list[len(list)-len(list)/3:], f.of)
		s.t.Logf("growth of the %d. bridge over %s: %s %d -> %d", longest, list[len(list)-1].age-list[0].age, f.name, first, last)
		if last > first+first/4+f.slack {
			s.t.Errorf("%s: expected no growth, found %d in the first third of the bridge's life and %d in the last", f.name, first, last)
		}
	}
}

func median(list []sample, of func(sample) int) int {
	var all []int
	for _, v := range list {
		all = append(all, of(v))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
