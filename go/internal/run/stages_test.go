package run

import "testing"

func TestLastOn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		stages []string
		last   string // of those that work on install's deployment
	}{
		{"all", nil, "local"},
		{"install alone", []string{"install"}, "install"},
		{"backup", []string{"backup"}, "backup"},
		{"install and upgrade", []string{"install", "upgrade"}, "install"},
		{"local", []string{"local"}, "local"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"install", "backup", "local", "upgrade"} {
				c := Config{Stages: tt.stages}
				if got := c.wants(name) && c.lastOn(name); got != (name == tt.last) {
					t.Errorf("%s: got %v", name, got)
				}
			}
		})
	}
}
