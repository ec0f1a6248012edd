package test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eachModule runs a test for every module.
func eachModule(t *testing.T, test func(t *testing.T, folder string)) {
	t.Helper()

	modules := filepath.Join(root(t), "modules")
	files, err := filepath.Glob(filepath.Join(modules, "*", "*", "*", "versions.tf"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "there is no module")

	for _, file := range files {
		folder := filepath.Dir(file)
		name, err := filepath.Rel(modules, folder)
		require.NoError(t, err)

		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			test(t, folder)
		})
	}
}

// TestModulesAreValid lets OpenTofu read every module with the plugins that it pins. It works on a copy.
func TestModulesAreValid(t *testing.T) {
	t.Parallel()

	eachModule(t, func(t *testing.T, folder string) {
		copied := t.TempDir()
		require.NoError(t, os.CopyFS(copied, os.DirFS(folder)))

		terraform.InitAndValidateContext(t, t.Context(), &terraform.Options{
			TerraformBinary: "tofu",
			TerraformDir:    copied,
			NoColor:         true,
			ExtraArgs:       terraform.ExtraArgs{Init: []string{"-backend=false"}},
		})
	})
}

// TestModulesSayWhatTheyTake wants a type and a description of every variable and a description of every output: what
// they are is all that a reader of a unit sees of a module.
func TestModulesSayWhatTheyTake(t *testing.T) {
	t.Parallel()

	eachModule(t, func(t *testing.T, folder string) {
		for _, block := range blocks(t, filepath.Join(folder, "variables.tf"), "variable") {
			assert.Contains(t, block.Body.Attributes, "description", "variable %s", block.Labels[0])
			assert.Contains(t, block.Body.Attributes, "type", "variable %s", block.Labels[0])
		}

		for _, block := range blocks(t, filepath.Join(folder, "outputs.tf"), "output") {
			assert.Contains(t, block.Body.Attributes, "description", "output %s", block.Labels[0])
			assert.Contains(t, block.Body.Attributes, "value", "output %s", block.Labels[0])
		}
	})
}

// outputs are the names of what a module gives.
func outputs(t *testing.T, folder string) []string {
	t.Helper()

	var names []string
	for _, block := range blocks(t, filepath.Join(folder, "outputs.tf"), "output") {
		names = append(names, block.Labels[0])
	}

	return names
}

// blocks are the blocks of one type in a file; a file that is not there has none.
func blocks(t *testing.T, path, kind string) []*hclsyntax.Block {
	t.Helper()

	if _, err := os.Stat(path); os.IsNotExist(err) {
		return nil
	}

	var found []*hclsyntax.Block
	for _, block := range parse(t, path).Blocks {
		if block.Type == kind {
			found = append(found, block)
		}
	}

	return found
}
