package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/server"
)

// Missing is the verdict on what is not there at all, as opposed to wrong.
const Missing Verdict = "missing"

// errMissing is what a look gives for Missing.
var errMissing = errors.New("missing")

func missing(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errMissing, fmt.Errorf(format, args...))
}

// serverLook is one row of CheckServer; it says what was seen.
type serverLook struct {
	name string
	look func(context.Context, examined) (string, error)
}

// examined is what the looks share.
type examined struct {
	server.Server
	now  time.Time
	dial Dial
}

// CheckServer looks at every input of the operator and at every piece of a server. Like Check it changes
// nothing: what can't be seen without writing (that the bot may comment) is said to be not tried.
// dial reaches public names; nil is the host's own resolver and network.
func CheckServer(ctx context.Context, s server.Server, now time.Time, dial Dial) []Row {
	looks := []serverLook{{"swarm", serverSwarm}, {"network", serverNetwork}, {"disk", serverDisk}, {"abra", serverAbra}, {"registries", serverRegistries}}
	if s.Traefik != nil {
		looks = append(looks, serverLook{"certificate", certificatePair}, serverLook{"its dates", certificateDates}, serverLook{"its names", certificateNames},
			serverLook{"traefik", stackOf("traefik", s.Traefik.Domain)}, serverLook{"reached", reached})
	}
	if s.Backup != nil {
		looks = append(looks, serverLook{"backup", stackOf("backup", s.Backup.Domain)})
	}
	if s.Forge != nil {
		looks = append(looks, serverLook{"forge token", forgeToken}, serverLook{"membership", forgeMember}, serverLook{"project", forgeProject})
	}
	if s.Drone != nil && s.Forge != nil {
		looks = append(looks, serverLook{"oauth", oauthClient}, serverLook{"drone", droneAnswers})
	}
	if s.Store != "" {
		looks = append(looks, serverLook{"store", resultsStore})
	}
	var rows []Row
	for _, l := range looks {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		seen, err := l.look(ctx, examined{s, now, dial})
		cancel()
		row := Row{Name: l.name, Verdict: Right, Seen: seen}
		switch {
		case errors.Is(err, errMissing):
			row.Verdict, row.Seen = Missing, strings.TrimPrefix(err.Error(), "missing: ")
		case err != nil:
			row.Verdict, row.Seen = Wrong, err.Error()
		}
		rows = append(rows, row)
	}
	return rows
}

func resultsStore(_ context.Context, x examined) (string, error) {
	info, err := os.Stat(x.Store)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing("no folder %s", x.Store)
	}
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s: expected a folder, found a file", x.Store)
	}
	if err := unix.Access(x.Store, unix.W_OK|unix.X_OK); err != nil {
		return "", fmt.Errorf("%s: expected a folder that this user may write in: %w", x.Store, err)
	}
	return x.Store, nil
}

func serverAbra(ctx context.Context, x examined) (string, error) {
	return abraVersion(ctx, x.Abra, x.Docker)
}
