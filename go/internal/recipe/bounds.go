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
	maxPairs      = 1_000_000 // of entries of one list or mapping, all files together; a second's work
	maxCompose    = 1 << 20   // bytes of a compose file or of abra.sh
	maxFiles      = 64        // active compose files
	maxObjectFile = 1 << 20   // bytes of a config's or secret's file; swarm takes no more
	maxLength     = 4         // digits of a secret's length
	maxNodes      = 100_000   // YAML nodes of all files with aliases followed
	maxDepth      = 64        // of nested YAML
	maxFilled     = 16 << 20  // bytes of a file with its variables filled in
	maxTree       = 100_000   // files and folders of a checkout
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
	if err := f.boundYAML(text); err != nil {
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
	f.findDoubtful(name, text)
	f.takeEnvFiles(name, config)
	return config, nil
}

// findDoubtful notes each variable of a compose file of which nobody can say what the
// deployer will fill in.
func (f *Facts) findDoubtful(name string, text []byte) {
	told := map[string]bool{}
	for _, m := range composeRef.FindAllSubmatch(text, -1) {
		if key := string(m[1]) + string(m[2]); f.doubtful[key] && !told[key] {
			told[key] = true
			f.problem(RuleInvalid, name, "${%s}: abra.sh exports it in a way that can be read differently; expected one line `export %s=value` that begins at the margin, without quotes", key, key)
		}
	}
}

// cost is what it takes to load YAML with its aliases followed.
type cost struct {
	nodes int
	pairs int // the loader compares each entry of a list or mapping with each other
}

// boundYAML works the cost of a document out without following its aliases, each
// anchor's once, and adds it to the checkout's.
func (f *Facts) boundYAML(text []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil //nolint:nilerr // the loader's own error says it better
	}
	c, err := (&measure{costs: map[*yaml.Node]cost{}}).node(&doc, 0)
	if err != nil {
		return err
	}
	return f.cost.add(c, &doc)
}

func (c *cost) add(other cost, at *yaml.Node) error {
	c.nodes += other.nodes
	c.pairs += other.pairs
	if c.nodes > maxNodes {
		return fmt.Errorf("line %d: expected at most %d nodes with aliases followed", at.Line, maxNodes)
	}
	if c.pairs > maxPairs {
		return fmt.Errorf("line %d: expected shorter lists: at most %d pairs of entries", at.Line, maxPairs)
	}
	return nil
}

type measure struct{ costs map[*yaml.Node]cost }

func (m *measure) node(n *yaml.Node, depth int) (cost, error) {
	if depth > maxDepth {
		return cost{}, fmt.Errorf("line %d: expected at most %d levels", n.Line, maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if c, ok := m.costs[n]; ok {
		if c.nodes == 0 {
			return cost{}, fmt.Errorf("line %d: an anchor contains itself", n.Line)
		}
		return c, nil
	}
	m.costs[n] = cost{}
	var total cost
	if err := total.add(cost{1, len(n.Content) * len(n.Content) / 2}, n); err != nil {
		return cost{}, err
	}
	for _, child := range n.Content {
		c, err := m.node(child, depth+1)
		if err != nil {
			return cost{}, err
		}
		if err := total.add(c, child); err != nil {
			return cost{}, err
		}
	}
	m.costs[n] = total
	return total, nil
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
