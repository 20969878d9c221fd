/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hold an answer against docs/api/openapi.yaml: api_check SPEC METHOD ROUTE STATUS FILE. Reads as much of
 * OpenAPI 3.0 as the document uses: $ref, allOf, type, nullable, required, properties, additionalProperties,
 * items, enum, pattern, minimum, maximum, maxItems. An answer of a route or method that the document does not
 * have must be its Error.
 */
#include <ctype.h>
#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static json_t *document;
static unsigned complaints;

static void complain(const char *path, const char *what, const char *detail)
{
    printf("%s: %s %s\n", path[0] ? path : "(answer)", what, detail);
    complaints++;
}

/* ------------------------------------------------------------------ YAML */

static json_t *scalar(const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;
    char *end = NULL;
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return json_string(text);
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return json_boolean(text[0] == 't');
    if (strcmp(text, "null") == 0 || text[0] == '\0')
        return json_null();
    long long number = strtoll(text, &end, 10);
    return *end == '\0' && (isdigit((unsigned char)text[0]) || text[0] == '-') ? json_integer(number)
                                                                               : json_string(text);
}

static json_t *convert(yaml_document_t *yaml, const yaml_node_t *node)
{
    json_t *json = NULL;
    if (node->type == YAML_SCALAR_NODE)
        return scalar(node);
    if (node->type == YAML_SEQUENCE_NODE) {
        json = json_array();
        for (const yaml_node_item_t *item = node->data.sequence.items.start;
             item < node->data.sequence.items.top; item++)
            json_array_append_new(json, convert(yaml, yaml_document_get_node(yaml, *item)));
        return json;
    }
    json = json_object();
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(yaml, pair->key);
        json_object_set_new(json, (const char *)key->data.scalar.value,
                            convert(yaml, yaml_document_get_node(yaml, pair->value)));
    }
    return json;
}

static json_t *load(const char *path)
{
    FILE *file = fopen(path, "rb");
    yaml_parser_t parser;
    yaml_document_t yaml;
    if (!file || !yaml_parser_initialize(&parser))
        return NULL;
    yaml_parser_set_input_file(&parser, file);
    bool good = yaml_parser_load(&parser, &yaml) != 0;
    json_t *root = good ? convert(&yaml, yaml_document_get_root_node(&yaml)) : NULL;
    if (good)
        yaml_document_delete(&yaml);
    yaml_parser_delete(&parser);
    fclose(file);
    return root;
}

/* ------------------------------------------------------------------ schemas */

/* "#/components/schemas/Id" */
static const json_t *resolve(const json_t *schema)
{
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    const json_t *at = document;
    if (!reference)
        return schema;
    for (const char *part = reference + 2; part && at;) {
        const char *slash = strchr(part, '/');
        char name[128];
        snprintf(name, sizeof(name), "%.*s", slash ? (int)(slash - part) : (int)strlen(part), part);
        at = json_object_get(at, name);
        part = slash ? slash + 1 : NULL;
    }
    if (!at)
        complain(reference, "is not in", "the document");
    return at ? resolve(at) : NULL;
}

static bool has_type(const json_t *value, const char *type)
{
    return (strcmp(type, "object") == 0 && json_is_object(value)) ||
           (strcmp(type, "array") == 0 && json_is_array(value)) ||
           (strcmp(type, "string") == 0 && json_is_string(value)) ||
           (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
           (strcmp(type, "number") == 0 && json_is_number(value)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(value));
}

static void check(const json_t *value, const json_t *schema, const char *path);

static void check_text(const json_t *value, const json_t *schema, const char *path)
{
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    const json_t *words = json_object_get(schema, "enum"), *word;
    size_t i;
    regex_t regex;
    if (pattern && regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0) {
        if (regexec(&regex, json_string_value(value), 0, NULL, 0) != 0)
            complain(path, "does not match", pattern);
        regfree(&regex);
    } else if (pattern) {
        complain(path, "cannot be held against the pattern", pattern);
    }
    bool found = !words;
    json_array_foreach(words, i, word) found = found || json_equal(word, value);
    if (!found)
        complain(path, "is none of the words:", json_string_value(value));
}

static void check_object(const json_t *value, const json_t *schema, const char *path)
{
    const json_t *properties = json_object_get(schema, "properties"),
                 *required = json_object_get(schema, "required");
    const json_t *name;
    const char *key;
    json_t *member;
    size_t i;
    json_array_foreach(required, i, name) if (!json_object_get(value, json_string_value(name)))
        complain(path, "lacks", json_string_value(name));
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        const json_t *property = json_object_get(properties, key);
        char below[512];
        snprintf(below, sizeof(below), "%s.%s", path, key);
        if (property)
            check(member, property, below);
        else if (json_is_false(json_object_get(schema, "additionalProperties")))
            complain(below, "is not in", "the schema");
    }
}

static void check_list(const json_t *value, const json_t *schema, const char *path)
{
    const json_t *items = json_object_get(schema, "items"), *most = json_object_get(schema, "maxItems");
    const json_t *item;
    size_t i;
    if (most && (json_int_t)json_array_size(value) > json_integer_value(most))
        complain(path, "has more than", "maxItems");
    json_array_foreach(value, i, item)
    {
        char below[512];
        snprintf(below, sizeof(below), "%s[%zu]", path, i);
        check(item, items, below);
    }
}

static void check(const json_t *value, const json_t *schema, const char *path)
{
    const json_t *all, *one;
    size_t i;
    schema = resolve(schema);
    if (!schema)
        return;
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (type && json_is_null(value) && json_is_true(json_object_get(schema, "nullable")))
        return;
    if (type && !has_type(value, type)) {
        complain(path, "is not of type", type);
        return;
    }
    all = json_object_get(schema, "allOf");
    json_array_foreach(all, i, one) check(value, one, path);
    const json_t *least = json_object_get(schema, "minimum"), *most = json_object_get(schema, "maximum");
    if (json_is_integer(value) && least && json_integer_value(value) < json_integer_value(least))
        complain(path, "is below", "minimum");
    if (json_is_integer(value) && most && json_integer_value(value) > json_integer_value(most))
        complain(path, "is above", "maximum");
    if (json_is_string(value))
        check_text(value, schema, path);
    else if (json_is_object(value))
        check_object(value, schema, path);
    else if (json_is_array(value))
        check_list(value, schema, path);
}

/* ------------------------------------------------------------------ the answer's schema */

static const json_t *schema_of(const char *method, const char *route, const char *status)
{
    char verb[16] = "";
    for (size_t i = 0; method[i] && i + 1 < sizeof(verb); i++)
        verb[i] = (char)tolower((unsigned char)method[i]);
    const json_t *operation =
        json_object_get(json_object_get(json_object_get(document, "paths"), route), verb);
    const json_t *responses = json_object_get(operation, "responses");
    const json_t *response = json_object_get(responses, status);
    if (!response && strcmp(status, "200") >= 0 && strcmp(status, "400") < 0)
        return NULL;
    if (!response)
        response = json_object_get(responses, "default");
    if (!response)
        return json_object_get(json_object_get(json_object_get(document, "components"), "schemas"), "Error");
    const json_t *content = json_object_get(resolve(response), "content");
    const json_t *json = json_object_get(content, "application/json");
    return json_object_get(json ? json : json_object_get(content, "text/event-stream"), "schema");
}

int main(int argc, char **argv)
{
    json_error_t error;
    if (argc != 6)
        return 2;
    document = load(argv[1]);
    json_t *answer = json_load_file(argv[5], JSON_REJECT_DUPLICATES, &error);
    const json_t *schema = document ? schema_of(argv[2], argv[3], argv[4]) : NULL;
    if (!document)
        complain(argv[1], "is no", "YAML");
    else if (!schema)
        complain(argv[3], "has no such answer:", argv[4]);
    else if (!answer)
        complain("", "is no JSON:", error.text);
    else
        check(answer, schema, "");
    json_decref(answer);
    json_decref(document);
    return complaints == 0 ? 0 : 1;
}
