package strength

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// tree is the recipe's active compose files, to be edited. What is changed is written
// back without comments and anchors; what they mean stays.
type tree struct {
	dir   string
	files []string
	docs  []map[string]any // in the order of files
}

func readTree(dir string, files []string) (*tree, error) {
	t := &tree{dir: dir, files: files}
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		doc := map[string]any{}
		if err := yaml.Unmarshal(b, &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.docs = append(t.docs, doc)
	}
	return t, nil
}

func (t *tree) write() error {
	for i, name := range t.files {
		b, err := yaml.Marshal(t.docs[i])
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(t.dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// child gives the map under a key, made where there is none.
func child(m map[string]any, key string) map[string]any {
	c, ok := m[key].(map[string]any)
	if !ok {
		c = map[string]any{}
		m[key] = c
	}
	return c
}

// top gives a section of the file that decides last.
func (t *tree) top(section string) map[string]any { return child(t.docs[len(t.docs)-1], section) }

// service gives a service as each file has it; the last one decides.
func (t *tree) service(name string) []map[string]any {
	var found []map[string]any
	for _, doc := range t.docs {
		if s, ok := child(doc, "services")[name].(map[string]any); ok {
			found = append(found, s)
		}
	}
	return found
}

// set gives a service's key a value, whatever any file says.
func (t *tree) set(service, key string, value any) {
	found := t.service(service)
	for _, s := range found {
		delete(s, key)
	}
	found[len(found)-1][key] = value
}

// add appends an item to a list of a service.
func (t *tree) add(service, key string, item any) {
	found := t.service(service)
	s := found[len(found)-1]
	list, _ := s[key].([]any)
	s[key] = append(slices.Clone(list), item)
}

// setEnv gives a service a variable.
func (t *tree) setEnv(service, name, value string) {
	found := t.service(service)
	s := found[len(found)-1]
	if env, ok := s["environment"].(map[string]any); ok {
		env[name] = value
		return
	}
	t.add(service, "environment", name+"="+value)
}

// label gives a deploy label of a service, as it is written.
func (t *tree) label(service, key string) (string, bool) {
	value, found := "", false
	t.eachLabel(service, func(k, v string) (string, bool) {
		if k == key {
			value, found = v, true
		}
		return v, true
	})
	return value, found
}

// eachLabel lets edit change or drop every deploy label of a service.
func (t *tree) eachLabel(service string, edit func(key, value string) (string, bool)) {
	for _, s := range t.service(service) {
		deploy := child(s, "deploy")
		switch labels := deploy["labels"].(type) {
		case []any:
			kept := []any{}
			for _, item := range labels {
				key, value, _ := strings.Cut(fmt.Sprint(item), "=")
				if value, keep := edit(key, value); keep {
					kept = append(kept, key+"="+value)
				}
			}
			deploy["labels"] = kept
		case map[string]any:
			for key, value := range labels {
				if changed, keep := edit(key, fmt.Sprint(value)); keep {
					labels[key] = changed
				} else {
					delete(labels, key)
				}
			}
		}
	}
}

// setLabel gives a service a deploy label, whatever any file says.
func (t *tree) setLabel(service, key, value string) {
	t.eachLabel(service, func(k, v string) (string, bool) { return v, k != key })
	found := t.service(service)
	deploy := child(found[len(found)-1], "deploy")
	if labels, ok := deploy["labels"].(map[string]any); ok {
		labels[key] = value
		return
	}
	list, _ := deploy["labels"].([]any)
	deploy["labels"] = append(list, key+"="+value)
}
