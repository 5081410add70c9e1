package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"coopcloud.tech/cc-ci/internal/apiclient"
	"coopcloud.tech/cc-ci/internal/certificate"
	"coopcloud.tech/cc-ci/internal/drone"
	"coopcloud.tech/cc-ci/internal/gitea"
	"coopcloud.tech/cc-ci/internal/recipe"
	"coopcloud.tech/cc-ci/internal/server"
	"coopcloud.tech/cc-ci/internal/swarm"
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
	looks := []serverLook{{"swarm", serverSwarm}, {"network", serverNetwork}, {"disk", serverDisk}, {"abra", serverAbra}}
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

func certificatePair(_ context.Context, x examined) (string, error) {
	_, err := certificate.Load(x.Traefik.Certificate, x.Traefik.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing("%w; put the full chain and its key there", err)
	}
	return x.Traefik.Certificate + " with its key", err
}

func certificateDates(_ context.Context, x examined) (string, error) {
	p, err := certificate.Load(x.Traefik.Certificate, x.Traefik.Key)
	if err != nil {
		return "", missing("no certificate to look at")
	}
	warning, err := p.Judge(x.now, nil)
	if err == nil && warning != "" {
		err = errors.New(warning)
	}
	return "until " + p.Leaf.NotAfter.UTC().Format("2006-01-02"), err
}

func certificateNames(_ context.Context, x examined) (string, error) {
	p, err := certificate.Load(x.Traefik.Certificate, x.Traefik.Key)
	if err != nil {
		return "", missing("no certificate to look at")
	}
	_, err = p.Judge(p.Leaf.NotAfter, x.CertificateNames())
	return strings.Join(x.CertificateNames(), " and "), err
}

func serverSwarm(ctx context.Context, x examined) (string, error) {
	e, err := swarm.Open(ctx, x.Docker)
	if err != nil {
		return "", fmt.Errorf("%w; is docker.service up?", err)
	}
	defer e.Close()
	node, err := e.Node(ctx)
	switch {
	case err != nil:
		return "", err
	case node.State == "inactive":
		return "", missing("no swarm; `cc-ci converge swarm` makes it")
	case node.State != "active" || !node.Manager || node.Nodes != 1:
		return "", fmt.Errorf("expected an active swarm of one node, found %s, manager %t, %d nodes %s", node.State, node.Manager, node.Nodes, node.Error)
	}
	return e.Version() + ", a swarm of one node", nil
}

func serverNetwork(ctx context.Context, x examined) (string, error) {
	e, err := swarm.Connect(ctx, x.Docker)
	if err != nil {
		return "", missing("no swarm, so no network")
	}
	defer e.Close()
	n, ok, err := e.Network(ctx, x.Swarm.Network)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", missing("no network %s; `cc-ci converge swarm` makes it", x.Swarm.Network)
	}
	gateway, _, err := e.Gateway(ctx)
	if err != nil {
		return "", err
	}
	if n.Driver != "overlay" || !n.Attachable || !slices.Contains(n.Subnets, x.Swarm.NetworkSubnet) || !slices.Contains(gateway.Subnets, x.Swarm.GatewaySubnet) {
		return "", fmt.Errorf("expected an attachable overlay %s with %s and docker_gwbridge with %s, found %s, attachable %t, %v and %v; `cc-ci converge swarm` says more",
			x.Swarm.Network, x.Swarm.NetworkSubnet, x.Swarm.GatewaySubnet, n.Driver, n.Attachable, n.Subnets, gateway.Subnets)
	}
	return fmt.Sprintf("%s %s; containers see this host in %s", x.Swarm.Network, x.Swarm.NetworkSubnet, x.Swarm.GatewaySubnet), nil
}

// stackOf looks at an app of the server: deployed, as it was deployed, all its services running.
func stackOf(name, domain string) func(context.Context, examined) (string, error) {
	return func(ctx context.Context, x examined) (string, error) {
		e, err := swarm.Connect(ctx, x.Docker)
		if err != nil {
			return "", missing("no swarm, so no %s", name)
		}
		defer e.Close()
		stack := recipe.StackName(domain)
		services, err := e.Services(ctx, stack)
		if err != nil {
			return "", err
		}
		if len(services) == 0 {
			return "", missing("%s is not deployed; `cc-ci converge %s` deploys it", domain, name)
		}
		changed, err := swarm.Broken(services)
		if err != nil {
			return "", err
		}
		if changed != "" {
			return "", fmt.Errorf("service %s is not as it was deployed; `cc-ci converge %s` heals it", changed, name)
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := e.Converge(ctx, stack, time.Time{}); err != nil {
			return "", fmt.Errorf("%w; `docker service ps %s_app`, then `cc-ci converge %s`", err, stack, name)
		}
		return domain + " runs", nil
	}
}

func serverDisk(ctx context.Context, x examined) (string, error) {
	e, err := swarm.Open(ctx, x.Docker)
	if err != nil {
		return "", err
	}
	defer e.Close()
	dir, err := e.DataRoot(ctx)
	if err != nil {
		return "", err
	}
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", fmt.Errorf("%s: %w", dir, err)
	}
	free := int(st.Bavail * uint64(st.Bsize) >> 30)
	if free < x.MinFreeGiB {
		return "", fmt.Errorf("%s: expected %d GiB free, found %d; `docker system prune --all` frees unused images, then look at the results store", dir, x.MinFreeGiB, free)
	}
	return fmt.Sprintf("%d GiB free at %s", free, dir), nil
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

// forge gives a client with the token of a file.
func (x examined) forge(file string) (*gitea.Client, error) {
	token, err := apiclient.ReadSecret(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing("no token at %s; `cc-ci secrets edit` puts it into the repository, the activation here", file)
	}
	if err != nil {
		return nil, err
	}
	return gitea.New(x.Forge.URL, x.Forge.Organisation, token).As(x.Forge.Bot), nil
}

func forgeToken(ctx context.Context, x examined) (string, error) {
	c, err := x.forge(x.Forge.TokenFile)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, _, err := c.Touched(ctx, x.now); err != nil {
		return "", fmt.Errorf("%w; the token needs the scopes read:organization, read:repository, write:issue", err)
	}
	return x.Forge.URL + " takes it (that it may comment was not tried: nothing is written here)", nil
}

func forgeMember(ctx context.Context, x examined) (string, error) {
	c, err := x.forge(x.Forge.TokenFile)
	if err != nil {
		return "", err
	}
	defer c.Close()
	is, err := c.Member(ctx, x.Forge.Bot)
	if err != nil {
		return "", err
	}
	if !is {
		return "", fmt.Errorf("%s is no member of %s; add it to a team that reads", x.Forge.Bot, x.Forge.Organisation)
	}
	return fmt.Sprintf("%s is a member of %s", x.Forge.Bot, x.Forge.Organisation), nil
}

func forgeProject(ctx context.Context, x examined) (string, error) {
	c, err := x.forge(x.Forge.TokenFile)
	if err != nil {
		return "", err
	}
	defer c.Close()
	enrolled, err := gitea.Recipes{Client: c, Project: x.Forge.Project, Folder: "recipes"}.Enrolled(ctx)
	if err != nil {
		return "", fmt.Errorf("%w; %s must have the folder recipes/, and the token read:repository", err, x.Forge.Project)
	}
	return fmt.Sprintf("%s enrols %d recipes", x.Forge.Project, len(enrolled)), nil
}

func droneAnswers(ctx context.Context, x examined) (string, error) {
	token, err := apiclient.ReadSecret(x.Drone.TokenFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing("no token at %s", x.Drone.TokenFile)
	}
	if err != nil {
		return "", err
	}
	c := drone.New(x.Drone.Local, x.Forge.Project, token)
	defer c.Close()
	list, err := c.Builds(ctx, 1)
	if err != nil {
		return "", fmt.Errorf("%w; is drone-server.service up, and %s activated in Drone?", err, x.Forge.Project)
	}
	return fmt.Sprintf("%s knows %s, %d builds on the first page", x.Drone.Local, x.Forge.Project, len(list)), nil
}
