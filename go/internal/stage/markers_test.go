package stage

import (
	"fmt"
	"slices"
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
)

func TestPlannedMarkers(t *testing.T) {
	on := func(labels ...string) recipe.Backup {
		m := map[string]string{"backupbot.backup": "true"}
		for i := 0; i < len(labels); i += 2 {
			m["backupbot."+labels[i]] = labels[i+1]
		}
		return recipe.ParseBackup(m)
	}
	data := recipe.Mount{Type: "volume", Source: "data", Target: "/data"}
	for _, tt := range []struct {
		name    string
		image   string
		backup  recipe.Backup
		mounts  []recipe.Mount
		want    []string
		missing []string
	}{
		{"whole", "app", on(), []recipe.Mount{data}, []string{"marker in volume data"}, nil},
		{"mounted to be read", "app", on(), []recipe.Mount{{Type: "volume", Source: "data", Target: "/data", ReadOnly: true}}, nil, []string{"volume data"}},
		{"not backed up", "app", recipe.Backup{}, []recipe.Mount{data}, nil, []string{"volume data"}},
		{"left out", "app", on("backup.volumes.data", "false"), []recipe.Mount{data}, nil, []string{"volume data"}},
		{"sub-paths", "app", on("backup.volumes.data.path", "a.json,up/loads"), []recipe.Mount{data},
			[]string{"marker in volume data, folder a.json", "marker in volume data, folder up/loads"}, nil},
		{"v1 path above the mount", "app", on("backup.path", "/data"), []recipe.Mount{{Type: "volume", Source: "data", Target: "/data/html"}},
			[]string{"marker in volume data"}, nil},
		{"v1 path inside the mount", "app", on("backup.path", "/data/html"), []recipe.Mount{data}, []string{"marker in volume data, folder html"}, nil},
		{"v1 path elsewhere", "app", on("backup.path", "/etc"), []recipe.Mount{data}, nil, []string{"volume data"}},
		{"v1 command", "app", on("backup.command", "dump"), []recipe.Mount{data}, nil, []string{"volume data"}},
		{"database with a hook", "docker.io/library/postgres:15-alpine", on("backup.pre-hook", "dump"), []recipe.Mount{data},
			[]string{"table in the database of service app"}, nil},
		{"database saved whole", "mariadb:11", on(), []recipe.Mount{data}, []string{"marker in volume data"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &recipe.Facts{Services: []recipe.Service{{Name: "app", Image: tt.image, Mounts: tt.mounts, Backup: tt.backup}},
				Volumes: []recipe.Volume{{Key: "data"}}}
			found, missing := plannedMarkers(f)
			var got, left []string
			for _, m := range found {
				got = append(got, m.String())
			}
			for _, m := range missing {
				left = append(left, m.Place)
			}
			if !slices.Equal(got, tt.want) || !slices.Equal(left, tt.missing) {
				t.Errorf("got %v and missing %v, want %v and %v", got, left, tt.want, tt.missing)
			}
		})
	}
}

func TestMarkerFollowsItsVolume(t *testing.T) {
	m := marker{Volume: "data", Folder: "up"}
	for target, want := range map[string]string{"/data": "app /data/up/.cc-ci-marker true", "/srv": "app /srv/up/.cc-ci-marker true"} {
		f := &recipe.Facts{Services: []recipe.Service{{Name: "app", Mounts: []recipe.Mount{{Type: "volume", Source: "data", Target: target}}}}}
		service, file, ok := m.at(f)
		if got := fmt.Sprint(service, " ", file, " ", ok); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	web := recipe.Service{Name: "web", Mounts: []recipe.Mount{{Type: "volume", Source: "data", Target: "/www", ReadOnly: true}}}
	app := recipe.Service{Name: "app", Mounts: []recipe.Mount{{Type: "volume", Source: "data", Target: "/data"}}}
	for want, services := range map[string][]recipe.Service{"app /data/up/.cc-ci-marker": {web, app}, "web /www/up/.cc-ci-marker": {web}} {
		service, file, _ := m.at(&recipe.Facts{Services: services})
		if got := service + " " + file; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if _, _, ok := m.at(&recipe.Facts{}); ok {
		t.Error("a volume that is gone was found")
	}
}
