// Package server reads the one file that says what a CI server consists of: where
// the operator's certificate lies, which recipes make the router and the backup
// service, where the forge and Drone are (N5).
//
// Contract: Nix writes the file, and everything that converges or inspects a server
// reads it here. It holds paths of secrets, never their values, so it may lie in the Nix
// store. An unknown field is an error; an error names the file, the field, what was
// expected and what was found. Load reads nothing but the file itself.
package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// DefaultPath is where the modules put the file.
const DefaultPath = "/etc/cc-ci/server.json"

// Server is the whole file.
type Server struct {
	Domain     string   `json:"domain"`  // the CI domain: dashboard at it, apps below it
	Docker     string   `json:"docker"`  // DOCKER_HOST of this host's engine
	Abra       string   `json:"abra"`    // executable
	AbraDir    string   `json:"abraDir"` // the convergers' own ABRA_DIR
	Swarm      Swarm    `json:"swarm"`
	Traefik    *Traefik `json:"traefik,omitempty"`
	Backup     *Backup  `json:"backup,omitempty"`
	Forge      *Forge   `json:"forge,omitempty"`
	Drone      *Drone   `json:"drone,omitempty"`
	Store      string   `json:"store"`      // folder of the results store; empty on a host that only runs tests
	State      string   `json:"state"`      // folder of the runs
	MinFreeGiB int      `json:"minFreeGiB"` // less than this on the engine's disk is a finding
}

// Swarm is the single-node swarm and its two networks.
type Swarm struct {
	Advertise        string `json:"advertise"`                  // address of the one node
	ListenPort       int    `json:"listenPort,omitempty"`       // of the swarm's manager; 2377
	DataPathPort     int    `json:"dataPathPort,omitempty"`     // of the overlays; 4789
	AddressPool      string `json:"addressPool"`                // for the networks that apps make
	AddressPoolMask  int    `json:"addressPoolMask"`            // size of one such network
	Network          string `json:"network"`                    // the network that Traefik and apps share
	NetworkSubnet    string `json:"networkSubnet"`              // large: an engine does not give back every address of a removed app
	GatewaySubnet    string `json:"gatewaySubnet"`              // of docker_gwbridge; its first address is this host as containers see it
	GatewayInterface string `json:"gatewayInterface,omitempty"` // docker_gwbridge; another name where a second engine has that one
}

// Recipe is a published version of a recipe.
type Recipe struct {
	Source  string `json:"source"`  // git URL
	Version string `json:"version"` // tag
}

// Traefik is the router.
type Traefik struct {
	Domain         string            `json:"domain"` // abra's name of the app
	Recipe         Recipe            `json:"recipe"`
	Certificate    string            `json:"certificate"` // full chain, the operator's (P2)
	Key            string            `json:"key"`
	RefreshSeconds int               `json:"refreshSeconds"` // how often the router looks for apps; 0: as the recipe has it
	Env            map[string]string `json:"env,omitempty"`  // more variables of the app
	Routes         []Route           `json:"routes"`
}

// Route leads a host name, or a path of it, to a service of this host.
type Route struct {
	Name string `json:"name"`
	Host string `json:"host"`
	Path string `json:"path,omitempty"` // and everything below it
	To   string `json:"to"`             // http://address:port
}

// Backup is the service that saves and restores apps.
type Backup struct {
	Domain       string            `json:"domain"`
	Recipe       Recipe            `json:"recipe"`
	PasswordFile string            `json:"passwordFile"` // of the repository; kept here so that a new swarm can still open it
	Volumes      *Volumes          `json:"volumes,omitempty"`
	Env          map[string]string `json:"env,omitempty"`
}

// Volumes is how the backup service sees the engine's volumes: without symbolic links. It walks what
// hostile apps write to while it does, and a link in the place of a folder would lead it to other apps'
// files and to its own, to save them and to write over them.
type Volumes struct {
	Of string `json:"of"` // the engine's folder of volumes
	At string `json:"at"` // where it is mounted so that no link is followed
}

// Forge is the Gitea server.
type Forge struct {
	URL                  string `json:"url"`
	Organisation         string `json:"organisation"`
	Bot                  string `json:"bot"`
	Project              string `json:"project"` // owner/name of the repository with recipes/ and .drone.yml
	TokenFile            string `json:"tokenFile"`
	ApplicationTokenFile string `json:"applicationTokenFile,omitempty"` // the bot's, scope write:user
}

// Drone is the Drone server.
type Drone struct {
	URL         string `json:"url"`         // for people
	Local       string `json:"local"`       // for this host
	TokenFile   string `json:"tokenFile"`   // of a Drone user who may build the project
	Application string `json:"application"` // name of its OAuth2 application in the forge
	ClientFile  string `json:"clientFile"`  // where that application's id and secret are written
}

// CertificateNames are what the operator's certificate must cover (P2).
func (s Server) CertificateNames() []string { return []string{s.Domain, "*." + s.Domain} }

// ErrFile means that the file is not there or not right.
var ErrFile = errors.New("server file")

// Path is the file that Load reads for path: it, else $CC_CI_SERVER, else DefaultPath.
func Path(path string) string { return cmp.Or(path, os.Getenv("CC_CI_SERVER"), DefaultPath) }

// Load reads and checks the file at Path(path); every error is an ErrFile.
func Load(path string) (Server, error) {
	path = Path(path)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Server{}, fmt.Errorf("%w: none at %s (set CC_CI_SERVER, or pass the flag)", ErrFile, path)
	}
	if err != nil {
		return Server{}, fmt.Errorf("%w %s: expected a JSON file that this user may read: %w", ErrFile, path, err)
	}
	s, err := parse(b)
	if err != nil {
		return Server{}, fmt.Errorf("%w %s: %w", ErrFile, path, err)
	}
	return s, nil
}

func parse(b []byte) (Server, error) {
	s := Server{
		Docker: "unix:///run/docker.sock", Abra: "abra",
		Swarm: Swarm{ListenPort: 2377, DataPathPort: 4789, AddressPoolMask: 24, Network: "proxy", GatewayInterface: "docker_gwbridge"},
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Server{}, err
	}
	if err := d.Decode(&struct{}{}); err != io.EOF {
		return Server{}, errors.New("expected one JSON object, found more behind it")
	}
	return s, s.check()
}
