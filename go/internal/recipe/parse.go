package recipe

import (
	"fmt"
	"path/filepath"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/template"
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
			f.problem(RuleInvalid, name, "${%s}: abra.sh exports it in a way that can be read differently; expected one line `export %s=value` that begins at the margin, without quotes, and behind it no remark but of plain words", key, key)
		}
	}
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
