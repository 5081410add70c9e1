package run

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"coopcloud.tech/cc-ci/internal/abra"
	"coopcloud.tech/cc-ci/internal/app"
	"coopcloud.tech/cc-ci/internal/event"
	"coopcloud.tech/cc-ci/internal/janitor"
	"coopcloud.tech/cc-ci/internal/lock"
	"coopcloud.tech/cc-ci/internal/point"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/redact"
	"coopcloud.tech/cc-ci/internal/registry"
	"coopcloud.tech/cc-ci/internal/result"
	"coopcloud.tech/cc-ci/internal/stage"
	"coopcloud.tech/cc-ci/internal/swarm"
)

// session is the state of one run, from open to close.
type session struct {
	cfg     Config
	out     Output
	dir     string // the run's folder
	mask    *redact.Masker
	printer event.Printer
	telling sync.Mutex // of the printer: a removal does two things at a time
	engine  *swarm.Engine
	present *swarm.Presence
	locks   lock.Folder
	held    []*lock.Lock // of the run's folder and its domain
	place   *lock.Lock   // one of the machine's slots
	client  *http.Client
	logins  registry.Credentials

	app      *app.App // nil until the run has its names
	needs    []*need  // the apps beside it, in the plan's order
	working  *app.App // the one that the running stage deploys: app but while the needs are
	version  app.Version
	override []byte
	hosts    recipe.AppHosts // for the override
	edges    []stage.Edge    // the upgrades to try
	deployed bool            // a stage has begun that deploys
	browser  *starting       // nil until asked for
	res      result.Result
	misused  error  // ErrUsage, where it was met
	stage    string // the name of the one that is running
}

// minDisk is how many bytes the state folder's disk must have free.
const minDisk = 512 << 20

// open checks that the machine can do a run at all and makes the run's folder.
func open(ctx context.Context, cfg Config, out Output) (*session, error) {
	mask := redact.New()
	logins, err := credentials(mask)
	if err != nil {
		return nil, err
	}
	engine, err := swarm.Connect(ctx, cfg.Site.Docker)
	if err != nil {
		return nil, err
	}
	s := &session{cfg: cfg, out: out, engine: engine, present: engine.Attend(), mask: mask, logins: logins}
	if err := s.setUp(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// credentials are the operator's for registries; mask knows them then. What it refuses becomes a notice of the result.
func credentials(mask *redact.Masker) (registry.Credentials, error) {
	c, err := registry.Load()
	for _, secret := range c.Secrets() {
		mask.Add("registry-auth", secret)
	}
	return c, err
}

func (s *session) setUp(ctx context.Context) error {
	site := s.cfg.Site
	if ok, err := s.engine.HasNetwork(ctx, site.Network); err != nil || !ok {
		return fmt.Errorf("the swarm has no network %q for the router; make it with `docker network create -d overlay --attachable %s`: %w",
			site.Network, site.Network, errors.Join(err, swarm.ErrNoSwarm))
	}
	var err error
	if s.client, err = app.HTTPClient(site); err != nil {
		return err
	}
	if s.cfg.Plan.TLS == "app" {
		app.OwnCertificate(s.client)
	}
	if err := enoughDisk(site.State); err != nil {
		return err
	}
	if s.locks, err = lock.Open(site.Locks, s.engine.ID()); err != nil {
		return err
	}
	if err := s.makeFolder(); err != nil {
		return err
	}
	s.printer = s.out.printer(s.dir, s.mask)
	if s.cfg.Opened != nil {
		s.cfg.Opened()
	}
	return nil
}

// NewID gives a run that starts now a name that no other run has, on any machine. Names sort by time.
func NewID(now time.Time) string {
	random := make([]byte, 4)
	rand.Read(random)
	return now.UTC().Format("20060102-150405-") + hex.EncodeToString(random)
}

// makeFolder makes <state>/runs/<id> under the lock that says that it is alive.
func (s *session) makeFolder() error {
	started := time.Now().UTC()
	id := cmp.Or(s.cfg.ID, NewID(started))
	held, err := s.locks.Take(janitor.RunLock(id))
	if err != nil {
		return err
	}
	s.held = append(s.held, held)
	s.dir = filepath.Join(s.cfg.Site.State, "runs", id)
	if err := os.MkdirAll(filepath.Join(s.dir, "evidence"), 0o700); err != nil {
		return fmt.Errorf("the run's folder: %w", err)
	}
	s.res = result.Result{
		Schema: result.Schema, ID: id, Recipe: s.cfg.Plan.Recipe, PR: s.cfg.PR, Started: started, Build: s.cfg.Build,
		Identity: result.Identity{Driver: Version, PlanHash: s.cfg.planHash(), Engine: s.engine.Version(),
			Router: s.cfg.Site.Router.Name, Images: map[string]string{}},
	}
	info, err := json.Marshal(map[string]any{"id": id, "recipe": s.cfg.Plan.Recipe, "ref": s.cfg.Ref, "pr": s.cfg.PR, "pid": os.Getpid(), "started": started})
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(s.dir, "run.json"), append(info, '\n'), 0o600)
	point.Folder.Reached()
	return err
}

// abraCLI is abra with the run's private ABRA_DIR.
func (s *session) abraCLI() abra.CLI {
	return abra.CLI{Path: s.cfg.Site.Abra, Dir: filepath.Join(s.dir, "abra"), Docker: s.cfg.Site.Docker, Log: s.log}
}

// close lets go of what lives in this process. The app is gone already, or teardown said so.
func (s *session) close() {
	if s.printer != nil {
		s.printer.Close()
	}
	release(s.held)
	s.place.Release()
	s.present.Close()
	s.engine.Close()
}

func (s *session) tell(kind event.Kind, text string) {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.printer.Event(event.Event{Time: time.Now(), Kind: kind, Stage: s.stage, Text: text})
}

func (s *session) step(text string) { s.tell(event.Step, text) }
func (s *session) log(line string)  { s.tell(event.Log, line) }

// notice is for people and stays in the result.
func (s *session) notice(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.res.Notices = append(s.res.Notices, text)
	s.tell(event.Note, text)
}

func enoughDisk(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return fmt.Errorf("state folder %s: %w", dir, err)
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < minDisk {
		return fmt.Errorf("state folder %s: not enough disk: expected %d MiB free, found %d; `docker system prune` and old runs are the first to look at",
			dir, minDisk>>20, free>>20)
	}
	return nil
}
