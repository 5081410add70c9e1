package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/template"
	"gopkg.in/yaml.v3"
)

// The bounds of what a checkout may hold. Real recipes stay far below: the largest
// known has 20 compose files of a few kilobytes each.
const (
	maxCompose    = 1 << 20  // bytes of a compose file or of abra.sh
	maxFiles      = 64       // active compose files
	maxObjectFile = 1 << 20  // bytes of a config's or secret's file; swarm takes no more
	maxNodes      = 100_000  // YAML nodes of a file with its aliases followed
	maxDepth      = 64       // of nested YAML
	maxFilled     = 16 << 20 // bytes of a file with its variables filled in
	maxTree       = 100_000  // files and folders of a checkout
)

// parse reads one compose file as far as is safe before the loader sees it. It is
// nil where a Problem was noted.
func (f *Facts) parse(name string) (map[string]any, error) {
	if name == "" || filepath.IsAbs(name) || !filepath.IsLocal(name) {
		f.problem(RuleOutside, "COMPOSE_FILE", "compose file %q leads out of the checkout", name)
		return nil, nil
	}
	before := len(f.Problems)
	text, ok, err := f.read(name, name, maxCompose)
	if err != nil {
		return nil, err
	}
	if !ok {
		if len(f.Problems) == before {
			f.problem(RuleInvalid, name, "the compose file is not there")
		}
		return nil, nil
	}
	if err := boundYAML(text); err != nil {
		f.problem(RuleTooLarge, name, "%v", err)
		return nil, nil
	}
	if err := oneDocument(text); err != nil {
		f.problem(RuleInvalid, name, "%v", err)
		return nil, nil
	}
	config, err := loader.ParseYAML(text)
	if err != nil {
		f.problem(RuleInvalid, name, "%v", err)
		return nil, nil
	}
	if err := f.boundFill(text); err != nil {
		f.problem(RuleTooLarge, name, "%v", err)
		return nil, nil
	}
	f.takeEnvFiles(name, config)
	return config, nil
}

// boundYAML counts the nodes of a document with its aliases followed, without
// following them: each anchor's size is worked out once.
func boundYAML(text []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil //nolint:nilerr // the loader's own error says it better
	}
	_, err := (&measure{sizes: map[*yaml.Node]int{}}).node(&doc, 0)
	return err
}

type measure struct{ sizes map[*yaml.Node]int }

func (m *measure) node(n *yaml.Node, depth int) (int, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("line %d: expected at most %d levels", n.Line, maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if size, ok := m.sizes[n]; ok {
		if size == 0 {
			return 0, fmt.Errorf("line %d: an anchor contains itself", n.Line)
		}
		return size, nil
	}
	m.sizes[n] = 0
	size := 1
	for _, c := range n.Content {
		s, err := m.node(c, depth+1)
		if err != nil {
			return 0, err
		}
		if size += s; size > maxNodes {
			return 0, fmt.Errorf("line %d: expected at most %d nodes with aliases followed", n.Line, maxNodes)
		}
	}
	m.sizes[n] = size
	return size, nil
}

func oneDocument(text []byte) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	if err := d.Decode(&first); err != nil {
		return nil //nolint:nilerr // the loader's own error says it better
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return errors.New("expected one YAML document, found more: the loader would drop all but the first")
	}
	return nil
}

// boundFill keeps a short file from growing by its variables.
func (f *Facts) boundFill(text []byte) error {
	longest := 0
	for _, v := range f.Environment {
		longest = max(longest, len(v))
	}
	if size := len(text) + bytes.Count(text, []byte("$"))*longest; size > maxFilled {
		return fmt.Errorf("expected at most %d bytes with variables filled in, found up to %d", maxFilled, size)
	}
	return nil
}

// takeEnvFiles looks at each service's env_file before the loader reads it, and
// takes those away that must not be read.
func (f *Facts) takeEnvFiles(name string, config map[string]any) {
	services, _ := config["services"].(map[string]any)
	for service, v := range services {
		s, _ := v.(map[string]any)
		var files []any
		switch e := s["env_file"].(type) {
		case string:
			files = []any{e}
		case []any:
			files = e
		}
		for i, file := range files {
			place := fmt.Sprintf("%s: service %s: env_file[%d]", name, service, i)
			text, _ := file.(string)
			filled, err := template.Substitute(text, func(k string) (string, bool) { v, ok := f.Environment[k]; return v, ok })
			if err != nil {
				continue // the loader says so
			}
			if !filepath.IsAbs(filled) {
				filled = filepath.Join(f.workDir, filled)
			}
			before := len(f.Problems)
			if _, ok, err := f.read(filled, place, maxEnvFile); err != nil || !ok {
				if len(f.Problems) == before {
					f.problem(RuleInvalid, place, "env_file %q is not there", filled)
				}
				delete(s, "env_file")
			}
		}
	}
}

// inside gives the path of a file of the checkout with links followed; an error
// says that it leads out, or is os.ErrNotExist.
func (f *Facts) inside(name string) (string, error) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.Dir, name)
	}
	// A path may name a missing file outside: what it says counts before what is there.
	if !within(f.Dir, filepath.Clean(path)) {
		return "", fmt.Errorf("%q leads out of the checkout", name)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	if !within(f.Dir, real) {
		return "", fmt.Errorf("%q leads out of the checkout, to %s", name, real)
	}
	return real, nil
}

// within tells whether path lies in root; git's own folder counts as outside.
func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel) && rel != ".git" && !strings.HasPrefix(rel, ".git/")
}

// findSymlinks notes every symbolic link of the checkout that leads out of it:
// abra, the tests and the backup read files of the checkout by name.
func (f *Facts) findSymlinks() error {
	seen := 0
	return filepath.WalkDir(f.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" && filepath.Dir(path) == f.Dir {
			return fs.SkipDir
		}
		if seen++; seen > maxTree {
			f.problem(RuleTooLarge, "checkout", "expected at most %d files", maxTree)
			return fs.SkipAll
		}
		if d.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(f.Dir, path)
		next := filepath.Join(filepath.Dir(path), target)
		real, err := filepath.EvalSymlinks(path)
		if filepath.IsAbs(target) || !within(f.Dir, next) || err == nil && !within(f.Dir, real) {
			f.problem(RuleSymlink, name, "-> %s", target)
		}
		return nil
	})
}
