package recipe

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/types"

	"coopcloud.tech/cc-ci/internal/site"
)

// Whatever a recipe asks for, the service that comes of it and the override is bounded.
func TestLimits(t *testing.T) {
	most := site.Limits{MemoryMiB: 1024, Pids: 100, LogMiB: 8}
	for _, tt := range []struct {
		name, version, service string
		memory                 int64 // MiB
		pids                   int64
		driver, size           string
	}{
		{"nothing asked for", "3.8", "", 1024, 0, "local", "4096k"},
		{"a schema with a limit on processes", "3.9", "", 1024, 100, "local", "4096k"},
		{"less memory", "3.8", "    deploy: {resources: {limits: {memory: 64M}}}\n", 64, 0, "local", "4096k"},
		{"more memory", "3.8", "    deploy: {resources: {limits: {memory: 64G}}}\n", 1024, 0, "local", "4096k"},
		{"more processes", "3.9", "    deploy: {resources: {limits: {pids: 100000}}}\n", 1024, 100, "local", "4096k"},
		{"processors alone", "3.8", "    deploy: {resources: {limits: {cpus: \"0.5\"}}}\n", 1024, 0, "local", "4096k"},
		{"json-file without options", "3.8", "    logging: {driver: json-file}\n", 1024, 0, "local", "4096k"},
		{"a log without end", "3.8", "    logging: {driver: json-file, options: {max-size: \"-1\", tag: x}}\n", 1024, 0, "json-file", "4096k"},
		{"local without end", "3.8", "    logging: {driver: local, options: {max-size: 100g}}\n", 1024, 0, "local", "4096k"},
		{"the host's journal", "3.8", "    logging: {driver: journald, options: {tag: x}}\n", 1024, 0, "local", "4096k"},
		{"no log", "3.8", "    logging: {driver: none}\n", 1024, 0, "none", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			text := "version: \"" + tt.version + "\"\nservices:\n  app:\n    image: x:1\n" + tt.service
			if err := os.WriteFile(filepath.Join(dir, "compose.yml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := Load(dir, map[string]string{"STACK_NAME": "a"}, []string{"compose.yml"})
			if err != nil || f.Config == nil {
				t.Fatal(err, f.Problems)
			}
			override, _, err := Override(f, Overlay{Run: "r", Limits: most})
			if err != nil {
				t.Fatal(err)
			}
			var files []types.ConfigFile
			for _, text := range []string{text, string(override)} {
				c, err := loader.ParseYAML([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, types.ConfigFile{Config: c})
			}
			got, err := f.load(files...)
			if err != nil {
				t.Fatal(err)
			}
			s := got.Services[0]
			if l := s.Deploy.Resources.Limits; l == nil || int64(l.MemoryBytes) != tt.memory<<20 || l.Pids != tt.pids {
				t.Errorf("limits: got %+v", l)
			}
			if s.Logging != nil && s.Logging.Driver == "local" && s.Logging.Options["tag"] != "" {
				t.Errorf("logging: an option of another driver is left: %+v", s.Logging)
			}
			if s.Logging == nil || s.Logging.Driver != tt.driver || s.Logging.Options["max-size"] != tt.size {
				t.Errorf("logging: got %+v", s.Logging)
			}
		})
	}
}
