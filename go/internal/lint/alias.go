package lint

import (
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/docker/cli/cli/compose/types"
)

// maxConfig bounds what is read of a config's file.
const maxConfig = 64 << 10

// bareServiceName looks where a service on the router's network reaches another by its bare name: each
// app there has an `app` or a `db`, and the engine answers with any of them.
func bareServiceName(in Input, add Add) {
	if in.Facts.Config == nil {
		return
	}
	for _, s := range in.Facts.Config.Services {
		if !shared(in.Facts.Config, s) {
			continue
		}
		for _, other := range in.Facts.Config.Services {
			if where := reached(in, s, other.Name); where != "" {
				add("service "+s.Name, "reaches the service %s by its bare name: %s", other.Name, where)
			}
		}
	}
}

// shared tells whether the service is on a network that other apps are on.
func shared(c *types.Config, s types.ServiceConfig) bool {
	for key := range s.Networks {
		if c.Networks[key].External.External {
			return true
		}
	}
	return false
}

// reached gives the first place in which the service names another one as a host; empty for none.
func reached(in Input, s types.ServiceConfig, name string) string {
	host := regexp.MustCompile(`(?m)(://|@|^|[\s"'=,(])` + regexp.QuoteMeta(name) + `:\d{2,5}\b|://` + regexp.QuoteMeta(name) + `([/"'\s]|$)`)
	for _, key := range slices.Sorted(maps.Keys(s.Environment)) {
		v := s.Environment[key]
		if v != nil && (host.MatchString(*v) || *v == name && strings.Contains(strings.ToUpper(key), "HOST")) {
			return "environment " + key
		}
	}
	if host.MatchString(strings.Join(append(slices.Clone(s.Entrypoint), s.Command...), "\n")) {
		return "command"
	}
	for _, mount := range s.Configs {
		for _, c := range in.Facts.Configs {
			if c.Key == mount.Source && host.MatchString(head(c.File)) {
				return "config " + c.Key
			}
		}
	}
	return ""
}

// head reads the beginning of a file; one that can't be read is the policy's to speak of.
func head(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, maxConfig))
	return string(b)
}
