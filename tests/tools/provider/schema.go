package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// document is a file of stdlib/schemas: what `tofu providers schema -json` prints for one provider, pruned, with the
// provider's source and version beside it.
type document struct {
	Source             string              `json:"source"`
	Version            string              `json:"version"`
	Provider           schema              `json:"provider"`
	Resources          map[string]schema   `json:"resource_schemas"`
	DataSources        map[string]schema   `json:"data_source_schemas"`
	EphemeralResources map[string]schema   `json:"ephemeral_resource_schemas"`
	Functions          map[string]function `json:"functions"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type block struct {
	Attributes map[string]attribute   `json:"attributes"`
	BlockTypes map[string]nestedBlock `json:"block_types"`
	Deprecated bool                   `json:"deprecated"`
}

type attribute struct {
	Type       json.RawMessage `json:"type"`
	NestedType *nestedType     `json:"nested_type"`
	Required   bool            `json:"required"`
	Optional   bool            `json:"optional"`
	Computed   bool            `json:"computed"`
	Sensitive  bool            `json:"sensitive"`
	Deprecated bool            `json:"deprecated"`
	WriteOnly  bool            `json:"write_only"`
}

type nestedType struct {
	Attributes map[string]attribute `json:"attributes"`
	Nesting    string               `json:"nesting_mode"`
}

type nestedBlock struct {
	Block    block  `json:"block"`
	Nesting  string `json:"nesting_mode"`
	MinItems int64  `json:"min_items"`
	MaxItems int64  `json:"max_items"`
}

type function struct {
	Parameters []parameter     `json:"parameters"`
	Variadic   *parameter      `json:"variadic_parameter"`
	Return     json.RawMessage `json:"return_type"`
}

type parameter struct {
	Name string          `json:"name"`
	Type json.RawMessage `json:"type"`
	Null bool            `json:"is_nullable"`
}

func readDocument(path string) (*document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var read document
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &read, nil
}

// answer is the document in the words of the plugin protocol.
func (d *document) answer() (*tfprotov6.GetProviderSchemaResponse, error) {
	provider, err := d.Provider.lower()
	if err != nil {
		return nil, fmt.Errorf("the provider's configuration: %w", err)
	}
	resources, err := lowerAll(d.Resources, schema.lower)
	if err != nil {
		return nil, err
	}
	dataSources, err := lowerAll(d.DataSources, schema.lower)
	if err != nil {
		return nil, err
	}
	ephemeral, err := lowerAll(d.EphemeralResources, schema.lower)
	if err != nil {
		return nil, err
	}
	functions, err := lowerAll(d.Functions, function.lower)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:                 provider,
		ResourceSchemas:          resources,
		DataSourceSchemas:        dataSources,
		EphemeralResourceSchemas: ephemeral,
		Functions:                functions,
	}, nil
}

func lowerAll[From, To any](all map[string]From, lower func(From) (To, error)) (map[string]To, error) {
	lowered := make(map[string]To, len(all))
	for name, one := range all {
		value, err := lower(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		lowered[name] = value
	}
	return lowered, nil
}

func (s schema) lower() (*tfprotov6.Schema, error) {
	body, err := s.Block.lower()
	if err != nil {
		return nil, err
	}
	return &tfprotov6.Schema{Version: s.Version, Block: body}, nil
}

func (b block) lower() (*tfprotov6.SchemaBlock, error) {
	attributes, err := lowerAttributes(b.Attributes)
	if err != nil {
		return nil, err
	}
	lowered := &tfprotov6.SchemaBlock{Attributes: attributes, Deprecated: b.Deprecated}
	for _, name := range slices.Sorted(maps.Keys(b.BlockTypes)) {
		nested := b.BlockTypes[name]
		nesting, known := blockNesting[nested.Nesting]
		if !known {
			return nil, fmt.Errorf("block %s: unknown nesting mode %q", name, nested.Nesting)
		}
		body, err := nested.Block.lower()
		if err != nil {
			return nil, fmt.Errorf("block %s: %w", name, err)
		}
		lowered.BlockTypes = append(lowered.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name,
			Block:    body,
			Nesting:  nesting,
			MinItems: nested.MinItems,
			MaxItems: nested.MaxItems,
		})
	}
	return lowered, nil
}

func lowerAttributes(attributes map[string]attribute) ([]*tfprotov6.SchemaAttribute, error) {
	var lowered []*tfprotov6.SchemaAttribute
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		one, err := attributes[name].lower(name)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		lowered = append(lowered, one)
	}
	return lowered, nil
}

func (a attribute) lower(name string) (*tfprotov6.SchemaAttribute, error) {
	lowered := &tfprotov6.SchemaAttribute{
		Name:       name,
		Required:   a.Required,
		Optional:   a.Optional,
		Computed:   a.Computed,
		Sensitive:  a.Sensitive,
		Deprecated: a.Deprecated,
		WriteOnly:  a.WriteOnly,
	}
	if a.NestedType == nil {
		ty, err := lowerType(a.Type)
		lowered.Type = ty
		return lowered, err
	}
	nesting, known := objectNesting[a.NestedType.Nesting]
	if !known {
		return nil, fmt.Errorf("unknown nesting mode %q", a.NestedType.Nesting)
	}
	attributes, err := lowerAttributes(a.NestedType.Attributes)
	lowered.NestedType = &tfprotov6.SchemaObject{Attributes: attributes, Nesting: nesting}
	return lowered, err
}

func (f function) lower() (*tfprotov6.Function, error) {
	result, err := lowerType(f.Return)
	if err != nil {
		return nil, err
	}
	lowered := &tfprotov6.Function{Return: &tfprotov6.FunctionReturn{Type: result}}
	for _, parameter := range f.Parameters {
		one, err := parameter.lower()
		if err != nil {
			return nil, err
		}
		lowered.Parameters = append(lowered.Parameters, one)
	}
	if f.Variadic != nil {
		lowered.VariadicParameter, err = f.Variadic.lower()
	}
	return lowered, err
}

func (p parameter) lower() (*tfprotov6.FunctionParameter, error) {
	ty, err := lowerType(p.Type)
	return &tfprotov6.FunctionParameter{Name: p.Name, Type: ty, AllowNullValue: p.Null}, err
}

func lowerType(text json.RawMessage) (tftypes.Type, error) {
	if len(text) == 0 {
		return nil, fmt.Errorf("neither a type nor a nested type")
	}
	// The replacement that the deprecation of ParseJSONType speaks of does not exist yet.
	return tftypes.ParseJSONType(text) //nolint:staticcheck
}

var blockNesting = map[string]tfprotov6.SchemaNestedBlockNestingMode{
	"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
	"group":  tfprotov6.SchemaNestedBlockNestingModeGroup,
	"list":   tfprotov6.SchemaNestedBlockNestingModeList,
	"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
	"map":    tfprotov6.SchemaNestedBlockNestingModeMap,
}

var objectNesting = map[string]tfprotov6.SchemaObjectNestingMode{
	"single": tfprotov6.SchemaObjectNestingModeSingle,
	"list":   tfprotov6.SchemaObjectNestingModeList,
	"set":    tfprotov6.SchemaObjectNestingModeSet,
	"map":    tfprotov6.SchemaObjectNestingModeMap,
}
