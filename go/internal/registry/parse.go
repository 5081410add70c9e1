package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/credentials"
	"github.com/docker/cli/cli/config/types"
)

// Check tells what keeps a config.json from being of any use to a server: what Load would refuse, and registries, or a file,
// without credentials. The error names the place, and nothing that stands there.
func Check(text []byte) error {
	c, err := parse(text)
	if err != nil {
		return err
	}
	var file struct{ Auths map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		return errors.New("expected one JSON object and nothing behind it")
	}
	for _, host := range slices.Sorted(maps.Keys(file.Auths)) {
		if !slices.Contains(c.hosts, host) {
			return fmt.Errorf("auths[%q]: expected credentials, found none; credential helpers are not asked", host)
		}
	}
	if len(c.hosts) == 0 {
		return errors.New("auths: expected the credentials of at least one registry, found none")
	}
	return nil
}

func parse(text []byte) (Credentials, error) {
	file, err := config.LoadFromReader(bytes.NewReader(text))
	if err != nil {
		return Credentials{}, placed(text, err)
	}
	c := Credentials{store: credentials.NewFileStore(file)}
	for host, a := range file.GetAuthConfigs() {
		if a != (types.AuthConfig{ServerAddress: a.ServerAddress}) {
			c.hosts = append(c.hosts, host)
		}
		for _, secret := range []string{a.Password, a.IdentityToken, a.RegistryToken} {
			if secret != "" {
				c.secrets = append(c.secrets, secret)
			}
		}
	}
	slices.Sort(c.hosts)
	return c, nil
}

// placed says where in the text docker's reader, which says only what, found its error.
func placed(text []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) { // its text has a letter of what stands there
		return fmt.Errorf("line %d: expected JSON, found something else", 1+bytes.Count(text[:syntax.Offset], []byte("\n")))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("expected JSON to its end, found a part of it")
	}
	var file struct{ Auths map[string]json.RawMessage }
	if json.Unmarshal(text, &file) != nil {
		return err
	}
	for _, host := range slices.Sorted(maps.Keys(file.Auths)) {
		var one bytes.Buffer
		fmt.Fprintf(&one, `{"auths": {"x": %s}}`, file.Auths[host])
		if _, err := config.LoadFromReader(&one); err != nil {
			return fmt.Errorf("auths[%q]: expected `auth` with base64 of USER:PASSWORD, or `username` and `password`: %w", host, err)
		}
	}
	return err
}
