package recipe

import "slices"

// AppHosts is how the containers of an app find the run's own hosts, as they would by
// DNS on a server: an app that logs people in through a provider asks the provider
// itself, by the name that people use.
type AppHosts struct {
	Names   []string // the run's hosts
	Address string   // of the router on Network
	Network string   // the router's
	CA      string   // PEM file that verifies the hosts' certificate; empty: the system's roots do
}

// Where the CA lies in containers. Go and OpenSSL read the first variable, Node.js
// the second, Python's requests the third.
const (
	caConfig = "cc-ci-ca"
	caTarget = "/run/cc-ci/ca.pem"
)

var caVariables = []string{"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"}

type overlayConfig struct {
	File string `yaml:"file"`
}

type overlayMount struct {
	Source string `yaml:"source"`
	Target string `yaml:"target"`
}

// reaches tells whether the service is on the router's network.
func (at AppHosts) reaches(f *Facts, s Service) bool {
	return slices.ContainsFunc(s.Networks, func(key string) bool {
		n := f.Config.Networks[key]
		return n.External.External && (n.Name == at.Network || n.External.Name == at.Network || n.Name == "" && key == at.Network)
	})
}

// tell lets one service know the hosts and the CA.
func (at AppHosts) tell(o *overlayService) {
	for _, name := range at.Names {
		o.ExtraHosts = append(o.ExtraHosts, name+":"+at.Address)
	}
	if at.CA == "" {
		return
	}
	o.Environment = map[string]string{}
	for _, name := range caVariables {
		o.Environment[name] = caTarget
	}
	o.Configs = []overlayMount{{Source: caConfig, Target: caTarget}}
}
