// Package test checks the generated tree with the stock tools: no credentials, no state, nothing is created.
package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// environment is an environment of a product, as the pipelines know it.
type environment struct {
	Name  string              `json:"name"`
	Units map[string][]string `json:"units"`
}

// pipeline is a product, as the pipelines know it.
type pipeline struct {
	Product      string        `json:"product"`
	Environments []environment `json:"environments"`
}

// root is the repository: above this folder, or where INFRAC_ROOT says.
func root(t *testing.T) string {
	t.Helper()

	path := os.Getenv("INFRAC_ROOT")
	if path == "" {
		path = filepath.Join("..", "..")
	}

	path, err := filepath.Abs(path)
	require.NoError(t, err)

	return path
}

// eachEnvironment runs a test for every environment of every product.
func eachEnvironment(t *testing.T, test func(t *testing.T, folder string, of environment)) {
	t.Helper()

	files, err := filepath.Glob(filepath.Join(root(t), "live", "*", "pipeline.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "there is no product")

	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)

		var product pipeline
		require.NoError(t, json.Unmarshal(content, &product))

		for _, of := range product.Environments {
			t.Run(product.Product+"/"+of.Name, func(t *testing.T) {
				t.Parallel()
				test(t, filepath.Join(filepath.Dir(file), of.Name), of)
			})
		}
	}
}
