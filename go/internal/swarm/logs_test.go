package swarm

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/pkg/stdcopy"
)

// A log that can't be taken apart was an error of the machine, and so was every run of a recipe with a terminal or without a log.
func TestTail(t *testing.T) {
	spec := func(tty bool, driver string) swarm.TaskSpec {
		task := swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{TTY: tty}}
		if driver != "" {
			task.LogDriver = &swarm.Driver{Name: driver}
		}
		return task
	}
	for _, tt := range []struct {
		name  string
		task  swarm.TaskSpec
		sends func(w io.Writer)
		want  []string
		fails bool
	}{
		{"two streams", spec(false, ""), func(w io.Writer) {
			io.WriteString(stdcopy.NewStdWriter(w, stdcopy.Stdout), "one\n")
			io.WriteString(stdcopy.NewStdWriter(w, stdcopy.Stderr), "two\nthree\n")
		}, []string{"two", "three"}, false},
		{"a terminal", spec(true, ""), func(w io.Writer) { io.WriteString(w, "one\r\ntwo\r\nthree\r\n") }, []string{"two", "three"}, false},
		{"no log", spec(false, "none"), func(w io.Writer) {
			io.WriteString(stdcopy.NewStdWriter(w, stdcopy.Systemerr), "configured logging driver does not support reading")
		}, nil, false},
		{"a log that can't be had", spec(false, "json-file"), func(w io.Writer) {
			io.WriteString(stdcopy.NewStdWriter(w, stdcopy.Systemerr), "incomplete log stream")
		}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := answering(t, func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/services/s1/logs") {
					http.NotFound(w, r)
					return
				}
				tt.sends(w)
			})
			got, err := e.Tail(t.Context(), swarm.Service{ID: "s1", Spec: swarm.ServiceSpec{TaskTemplate: tt.task}}, 2)
			if (err != nil) != tt.fails || !slices.Equal(got, tt.want) {
				t.Errorf("expected %q, found %q, %v", tt.want, got, err)
			}
		})
	}
}
