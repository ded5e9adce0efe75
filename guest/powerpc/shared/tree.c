/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

#include "runtime.h"

#define MAGIC 0xd00dfeed
#define HEADER_WORDS 10

#define BEGIN_NODE 1
#define END_NODE 2
#define PROPERTY 3
#define END 9

/* The property's names. */
static const char strings[] = "compatible\0bootargs\0reg";

static void put_word(uint8_t **at, uint32_t value)
{
	value = big_endian(value);
	memcpy(*at, &value, 4);
	*at += 4;
}

static uint32_t get_word(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, 4);
	return big_endian(value);
}

static uint32_t length_of(const char *text)
{
	uint32_t length = 0;

	while (text[length])
		length++;
	return length;
}

static bool are_equal(const char *one, const char *other)
{
	uint32_t length = length_of(one);

	return length == length_of(other) && !memcmp(one, other, length);
}

static void put_padded(uint8_t **at, const void *bytes, uint32_t length)
{
	uint32_t padded = (length + 3) & ~3u;

	memset(*at, 0, padded);
	memcpy(*at, bytes, length);
	*at += padded;
}

static void begin_node(uint8_t **at, const char *name)
{
	put_word(at, BEGIN_NODE);
	put_padded(at, name, length_of(name) + 1);
}

static void put_property(uint8_t **at, const char *name, const void *value, uint32_t length)
{
	uint32_t offset = 0;

	while (!are_equal(strings + offset, name))
		offset += length_of(strings + offset) + 1;
	put_word(at, PROPERTY);
	put_word(at, length);
	put_word(at, offset);
	put_padded(at, value, length);
}

static void put_node(uint8_t **at, const char *name, const char *property, const char *value)
{
	begin_node(at, name);
	put_property(at, property, value, length_of(value) + 1);
	put_word(at, END_NODE);
}

static void put_nodes(uint8_t **at, const struct tree_plan *plan)
{
	begin_node(at, "");
	put_property(at, "compatible", "paracall,guest", 15);
	put_property(at, "reg", "\1\2\3\4\5", 5);
	put_node(at, "chosen", "bootargs", "a b c");
	if (plan->hypervisor)
		put_node(at, "hypervisor", "compatible", plan->hypervisor);
	put_node(at, "rtas", "compatible", "other");
	put_word(at, END_NODE);
	put_word(at, END);
}

uint32_t tree_word(const void *tree, enum tree_header word)
{
	return get_word((const uint8_t *)tree + 4 * word);
}

void tree_set_word(void *tree, enum tree_header word, uint32_t value)
{
	uint8_t *at = (uint8_t *)tree + 4 * word;

	put_word(&at, value);
}

uint32_t tree_make(void *tree, const struct tree_plan *plan)
{
	uint8_t *begin = tree;
	uint8_t *at = begin + 4 * HEADER_WORDS;
	uint32_t total;

	memset(begin, 0, at - begin);
	tree_set_word(tree, TREE_MAGIC, MAGIC);
	tree_set_word(tree, TREE_VERSION, plan->version);
	tree_set_word(tree, TREE_COMPATIBLE_VERSION, 16);
	tree_set_word(tree, TREE_RESERVED, (uint32_t)(at - begin));
	/* One that ends the list. */
	memset(at, 0, 16);
	at += 16;
	tree_set_word(tree, TREE_STRUCT, (uint32_t)(at - begin));
	put_nodes(&at, plan);
	if (plan->version >= 17)
		tree_set_word(tree, TREE_STRUCT_SIZE,
			      (uint32_t)(at - begin) - tree_word(tree, TREE_STRUCT));
	tree_set_word(tree, TREE_STRINGS, (uint32_t)(at - begin));
	tree_set_word(tree, TREE_STRINGS_SIZE, sizeof(strings));
	put_padded(&at, strings, sizeof(strings));
	total = (uint32_t)(at - begin) + plan->room;
	tree_set_word(tree, TREE_TOTALSIZE, total);
	return total;
}

/* Walking through a tree, one token after the other. */
struct walk {
	const uint8_t *tree;
	uint32_t at, end;
	int depth;
	/* Of the node below the root that this is in. */
	const char *node;
	/* The token, and if it is a property what it has. */
	uint32_t token, length;
	const char *property;
	const uint8_t *value;
};

static bool begin_walk(struct walk *walk, const void *tree)
{
	*walk = (struct walk){
		.tree = tree,
		.at = tree_word(tree, TREE_STRUCT),
		.end = tree_word(tree, TREE_TOTALSIZE),
	};
	return tree_word(tree, TREE_MAGIC) == MAGIC;
}

static bool take_name(struct walk *walk)
{
	const char *name = (const char *)walk->tree + walk->at;
	uint32_t length = length_of(name);

	walk->at += (length + 4) & ~3u;
	if (++walk->depth == 2)
		walk->node = name;
	return walk->at <= walk->end;
}

static bool take_property(struct walk *walk)
{
	uint32_t name = get_word(walk->tree + walk->at + 4);

	walk->length = get_word(walk->tree + walk->at);
	walk->property = (const char *)walk->tree + tree_word(walk->tree, TREE_STRINGS) + name;
	walk->value = walk->tree + walk->at + 8;
	walk->at += 8 + ((walk->length + 3) & ~3u);
	return walk->at <= walk->end && name < tree_word(walk->tree, TREE_STRINGS_SIZE);
}

/* The next token; false at the end, and where the tree is not well-formed: not at END. */
static bool step(struct walk *walk)
{
	do {
		if (walk->at + 4 > walk->end)
			return false;
		walk->token = get_word(walk->tree + walk->at);
		walk->at += 4;
	} while (walk->token == 4);
	switch (walk->token) {
	case BEGIN_NODE:
		return take_name(walk);
	case END_NODE:
		return walk->depth-- > 0;
	case PROPERTY:
		return take_property(walk);
	}
	return false;
}

const void *tree_find(const void *tree, const char *node, const char *property,
		      uint32_t *length)
{
	struct walk walk;
	const void *found = NULL;

	if (!begin_walk(&walk, tree))
		return NULL;
	while (step(&walk)) {
		if (walk.token != PROPERTY || walk.depth != 2 || !are_equal(walk.node, node) ||
		    !are_equal(walk.property, property))
			continue;
		found = walk.value;
		*length = walk.length;
	}
	return walk.token == END && !walk.depth ? found : NULL;
}

int tree_count(const void *tree, const char *node)
{
	struct walk walk;
	int count = 0;

	if (!begin_walk(&walk, tree))
		return -1;
	while (step(&walk))
		count += walk.token == BEGIN_NODE && walk.depth == 2 &&
			 are_equal(walk.node, node);
	return walk.token == END && !walk.depth ? count : -1;
}
