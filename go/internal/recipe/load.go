package recipe

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/schema"
	"github.com/docker/cli/cli/compose/types"
	"github.com/sirupsen/logrus"
)

// The loader writes warnings about a recipe straight to stderr, past the masker
// and into the live progress.
func init() { logrus.SetOutput(io.Discard) }

// Load reads the checkout in dir as abra would deploy it with env, the app's whole
// environment (its env file as variables; STACK_NAME is derived from DOMAIN where
// it isn't there). files are the active compose files relative to dir; none means
// those of env's COMPOSE_FILE. The driver's override file is not among them: it is
// no part of the recipe.
//
// A fault of the recipe is a Problem, not an error: a Facts with Problems may be
// incomplete and must not be deployed.
func Load(dir string, env map[string]string, files []string) (*Facts, error) {
	root, err := filepath.Abs(dir)
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return nil, fmt.Errorf("load recipe: %w", err)
	}
	f := &Facts{Dir: root, Environment: maps.Clone(env), digests: map[string]string{}}
	if f.Environment == nil {
		f.Environment = map[string]string{}
	}
	if f.Environment["STACK_NAME"] == "" {
		f.Environment["STACK_NAME"] = StackName(f.Environment["DOMAIN"])
	}
	f.Stack = f.Environment["STACK_NAME"]
	if err := f.findSymlinks(); err != nil {
		return nil, fmt.Errorf("load recipe %s: %w", dir, err)
	}
	if err := f.readSample(); err != nil {
		return nil, err
	}
	if err := f.readExports(); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		files = composeFiles(f.Environment)
	}
	if err := f.readCompose(files); err != nil {
		return nil, err
	}
	f.derive()
	return f, nil
}

func (f *Facts) problem(rule, place, format string, args ...any) {
	f.Problems = append(f.Problems, Problem{Rule: rule, Place: place, Text: fmt.Sprintf(format, args...)})
}

func (f *Facts) readSample() error {
	text, ok, err := f.read(".env.sample", ".env.sample", maxEnvFile)
	if err != nil || !ok {
		return err
	}
	f.needs.offer(string(text))
	if f.Sample, err = ParseEnv(".env.sample", string(text)); err != nil {
		f.problem(RuleInvalid, ".env.sample", "%v", err)
	}
	for _, e := range f.Sample {
		place := fmt.Sprintf(".env.sample:%d", e.Line)
		if e.Key == "STACK_NAME" {
			f.problem(RuleDriverKey, place, "STACK_NAME=%s", e.Value)
		}
		// abra makes a secret of any length, in memory.
		if length := e.Modifiers["length"]; strings.Trim(length, "0123456789") == "" && len(strings.TrimLeft(length, "0")) > maxLength {
			f.problem(RuleTooLarge, place, "expected a secret's length of at most %d digits, found %.20s", maxLength, length)
		}
	}
	return nil
}

// readExports adds the exports of abra.sh to the environment, as abra does: they
// win over the env file. The driver's own keys are a Problem and are not taken.
func (f *Facts) readExports() error {
	text, ok, err := f.read("abra.sh", "abra.sh", maxCompose)
	if err != nil || !ok {
		return err
	}
	f.Exports, f.doubtful = parseExports(string(text)), doubtfulExports(string(text))
	for _, key := range slices.Sorted(maps.Keys(f.doubtful)) {
		if _, told := f.Exports[key]; IsDriverKey(key) && !told {
			f.problem(RuleDriverKey, "abra.sh", "export %s", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.Exports)) {
		if IsDriverKey(key) {
			f.problem(RuleDriverKey, "abra.sh", "export %s=%s", key, f.Exports[key])
			continue
		}
		f.Environment[key] = f.Exports[key]
	}
	return nil
}

func (f *Facts) readCompose(names []string) error {
	if len(names) > maxFiles {
		f.problem(RuleTooLarge, "COMPOSE_FILE", "expected at most %d files, found %d", maxFiles, len(names))
		return nil
	}
	f.workDir = filepath.Join(f.Dir, filepath.Dir(names[0]))
	before := len(f.Problems)
	var parsed []types.ConfigFile
	for _, name := range names {
		config, err := f.parse(name)
		if err != nil {
			return err
		}
		if config != nil {
			f.needs.read(config)
			parsed = append(parsed, types.ConfigFile{Filename: name, Config: config})
		}
	}
	if len(parsed) == 0 {
		if len(f.Problems) == before {
			f.problem(RuleInvalid, "COMPOSE_FILE", "names no compose file")
		}
		return nil
	}
	f.ComposeVersion = schema.Version(parsed[0].Config)
	f.written = parsed[0].Config["version"]
	for _, file := range parsed {
		config, err := f.load(file)
		if err != nil {
			f.problem(RuleInvalid, file.Filename, "%v", err)
			continue
		}
		f.Files = append(f.Files, File{Name: file.Filename, Config: config})
		if err := f.checkFiles(file.Filename, config); err != nil {
			return err
		}
	}
	if len(f.Files) != len(names) {
		return nil // the merge of an incomplete list is not what would be deployed
	}
	config, err := f.load(parsed...)
	if err != nil {
		f.problem(RuleInvalid, strings.Join(names, ":"), "%v", err)
		return nil
	}
	f.Config = config
	return f.checkFiles(merged, config)
}

// merged is the place of what all compose files together make.
const merged = "merged"

// checkFiles looks at the files of secrets and configs, which the deployer reads.
func (f *Facts) checkFiles(file string, c *types.Config) error {
	for kind, objects := range map[string]map[string]types.FileObjectConfig{"secrets": files(c.Secrets), "configs": files(c.Configs)} {
		for _, key := range slices.Sorted(maps.Keys(objects)) {
			o := objects[key]
			// The loader makes an absent file the working directory: another
			// compose file may name it, so that only the merge is judged for that.
			absent := o.File == f.workDir
			if o.External.External || o.Driver != "" || absent != (file == merged) {
				continue
			}
			place := fmt.Sprintf("%s: %s.%s: file", file, kind, key)
			before := len(f.Problems)
			text, ok, err := f.read(o.File, place, maxObjectFile)
			if err != nil {
				return err
			}
			if !ok && len(f.Problems) == before {
				f.problem(RuleInvalid, place, "%s is not there", o.File)
			}
			f.digests[o.File] = fmt.Sprintf("%x", sha256.Sum256(text))
		}
	}
	return nil
}

func files[T types.SecretConfig | types.ConfigObjConfig](m map[string]T) map[string]types.FileObjectConfig {
	out := make(map[string]types.FileObjectConfig, len(m))
	for key, o := range m {
		out[key] = types.FileObjectConfig(o)
	}
	return out
}

// load runs the loader. Its working directory is that of the first compose file,
// as abra's. It panics on some malformed input that its schema lets through.
func (f *Facts) load(files ...types.ConfigFile) (config *types.Config, err error) {
	defer func() {
		if p := recover(); p != nil {
			config, err = nil, fmt.Errorf("the compose loader gives up: %v", p)
		}
	}()
	config, err = loader.Load(types.ConfigDetails{
		Version:     f.ComposeVersion,
		WorkingDir:  f.workDir,
		ConfigFiles: files,
		Environment: f.Environment,
	})
	if forbidden, ok := errors.AsType[*loader.ForbiddenPropertiesError](err); ok {
		return nil, fmt.Errorf("forbidden keys: %s", strings.Join(slices.Sorted(maps.Keys(forbidden.Properties)), ", "))
	}
	return config, err
}
