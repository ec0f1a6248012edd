package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// mirror makes the folder a filesystem mirror that holds exactly the providers whose schemas stand in the folder
// schemas, each as this binary with its schema beside it. What is already right is left alone.
func mirror(schemas, folder string) error {
	files, err := filepath.Glob(filepath.Join(schemas, "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no schema", schemas)
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, file := range files {
		read, err := readDocument(file)
		if err != nil {
			return err
		}
		if _, err := read.answer(); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		placed, err := read.place(file, binary, folder)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, path := range placed {
			wanted[path] = true
		}
		fmt.Println(read.Source, read.Version)
	}
	return sweep(folder, wanted)
}

// place puts one provider into the mirror and says which files that are.
func (d *document) place(file, binary, folder string) ([]string, error) {
	namespace, name, found := strings.Cut(d.Source, "/")
	if !found || namespace == "" || name == "" || strings.Contains(name, "/") || d.Version == "" {
		return nil, fmt.Errorf("source %q and version %q do not name a provider", d.Source, d.Version)
	}
	home := filepath.Join(folder, "registry.opentofu.org", namespace, name, d.Version, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(home, 0o755); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	schema := filepath.Join(home, "schema.json")
	if present, err := os.ReadFile(schema); err != nil || !bytes.Equal(present, text) {
		if err := os.WriteFile(schema+".new", text, 0o644); err != nil {
			return nil, err
		}
		if err := os.Rename(schema+".new", schema); err != nil {
			return nil, err
		}
	}
	executable := filepath.Join(home, fmt.Sprintf("terraform-provider-%s_v%s", name, d.Version))
	return []string{schema, executable}, link(binary, executable)
}

// link makes path another name of the binary: a symbolic link would lead the program to the wrong schema.
func link(binary, path string) error {
	original, err := os.Stat(binary)
	if err != nil {
		return err
	}
	if present, err := os.Stat(path); err == nil && os.SameFile(original, present) {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Link(binary, path)
}

// sweep removes what is not wanted, so that a provider whose schema is gone is gone too. An empty folder must not stay:
// OpenTofu would take it for a package.
func sweep(folder string, wanted map[string]bool) error {
	var folders []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || wanted[path]:
			return err
		case entry.IsDir():
			folders = append(folders, path)
			return nil
		default:
			return os.Remove(path)
		}
	})
	for _, path := range slices.Backward(folders) {
		// A folder that still holds something refuses, which is what is wanted of it.
		_ = os.Remove(path)
	}
	return err
}
