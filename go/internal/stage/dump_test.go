package stage

import (
	"slices"
	"testing"

	"coopcloud.tech/cc-ci/internal/recipe"
)

func TestDumps(t *testing.T) {
	const before, after = "/pg_backup.sh backup", "/pg_backup.sh restore"
	for _, tt := range []struct {
		name   string
		labels map[string]string
		want   []dump
	}{
		{"SQL", map[string]string{"backup": "true", "backup.pre-hook": before, "restore.post-hook": after, "backup.volumes.data.path": "backup.sql"}, []dump{{"app", "/data/backup.sql"}}},
		{"compressed", map[string]string{"backup": "true", "backup.pre-hook": before, "restore.post-hook": after, "backup.volumes.data.path": "d/b.sql.gz"}, []dump{{"app", "/data/d/b.sql.gz"}}},
		{"named by its hook", map[string]string{"backup": "true", "backup.pre-hook": "/notes dump /data/b.json", "restore.post-hook": after, "backup.volumes.data.path": "b.json,uploads"},
			[]dump{{"app", "/data/b.json"}}},
		{"settings beside a dump", map[string]string{"backup": "true", "backup.pre-hook": before, "restore.post-hook": after, "backup.volumes.data.path": "settings.json,uploads"}, nil},
		{"nothing reads it", map[string]string{"backup": "true", "backup.pre-hook": before, "backup.volumes.data.path": "backup.sql"}, nil},
		{"not saved", map[string]string{"backup": "false", "backup.pre-hook": before, "restore.post-hook": after, "backup.volumes.data.path": "backup.sql"}, nil},
		{"left out", map[string]string{"backup": "true", "backup.pre-hook": before, "restore.post-hook": after, "backup.volumes.data": "false", "backup.volumes.data.path": "backup.sql"}, nil},
		{"a whole volume", map[string]string{"backup": "true", "backup.pre-hook": before, "restore.post-hook": after}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := dumps(saves(tt.labels)); !slices.Equal(got, tt.want) {
				t.Errorf("want %v, got %v", tt.want, got)
			}
		})
	}
	if got := dumps(&recipe.Facts{}); got != nil {
		t.Errorf("got %v", got)
	}
}
