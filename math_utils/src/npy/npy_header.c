/*-------------------------------------------------------------------------
 *
 * npy_header.c
 *	  Reads the header of a NumPy .npy file (format versions 1 to 3).
 *
 * The header is a magic string, a version, a length and a Python literal:
 *	  {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 * where descr may also be a list of ('name', '<f8') pairs; ('', '|V3') among
 * them is space that a C compiler left between fields.  Nothing is believed:
 * each byte is read through at(), which knows where the end is, and
 * every number has a limit.
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "npy/npy_header.h"

typedef struct Text
{
	const unsigned char *bytes;
	size_t		length;
	size_t		pos;
} Text;

/*
 * mu_npy_header_length - bytes from the start of the file to the first item
 *
 * Needs MU_NPY_PREFIX bytes (10 are enough for version 1); -1 where they are
 * no .npy file's, or the header is longer than MU_NPY_MAX_HEADER.
 */
int64_t
mu_npy_header_length(const unsigned char *bytes, size_t length)
{
	uint32_t	size;
	int			prefix;

	if (length < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
		return -1;
	if (bytes[6] == 1)
	{
		prefix = 10;
		size = bytes[8] | (uint32_t) bytes[9] << 8;
	}
	else if ((bytes[6] == 2 || bytes[6] == 3) && length >= 12)
	{
		prefix = 12;
		size = bytes[8] | (uint32_t) bytes[9] << 8 |
			(uint32_t) bytes[10] << 16 | (uint32_t) bytes[11] << 24;
	}
	else
		return -1;
	if (size > MU_NPY_MAX_HEADER)
		return -1;
	return (int64_t) prefix + size;
}

/* The byte at the reading position, 0 past the end */
static unsigned char
at(const Text *text)
{
	return text->pos < text->length ? text->bytes[text->pos] : 0;
}

static void
skip_space(Text *text)
{
	while (at(text) == ' ' || at(text) == '\t' || at(text) == '\n')
		text->pos++;
}

/* Read c, with space before it; is it there? */
static bool
take_char(Text *text, char c)
{
	skip_space(text);
	if (at(text) != (unsigned char) c)
		return false;
	text->pos++;
	return true;
}

static bool
take_word(Text *text, const char *word)
{
	size_t		n = strlen(word);

	skip_space(text);
	if (text->length - text->pos < n || text->pos > text->length ||
		memcmp(text->bytes + text->pos, word, n) != 0)
		return false;
	text->pos += n;
	return true;
}

/*
 * A quoted string that fits "room" bytes with its end.  Of the escapes only
 * those of a quote and of the backslash itself are read.
 */
static bool
take_string(Text *text, char *result, size_t room)
{
	unsigned char quote;
	size_t		n = 0;

	skip_space(text);
	quote = at(text);
	if (quote != '\'' && quote != '"')
		return false;
	text->pos++;
	while (text->pos < text->length && at(text) != quote)
	{
		unsigned char c = at(text);

		if (c == '\\')
		{
			text->pos++;
			c = at(text);
			if (c != '\\' && c != '\'' && c != '"')
				return false;
		}
		if (c < ' ' || n + 1 >= room)
			return false;
		result[n++] = (char) c;
		text->pos++;
	}
	if (text->pos >= text->length)
		return false;
	text->pos++;
	result[n] = '\0';
	return true;
}

/* A number below 2^63; Python 2 wrote an L behind it */
static bool
take_number(Text *text, uint64_t *result)
{
	uint64_t	value = 0;
	size_t		start;

	skip_space(text);
	start = text->pos;
	while (at(text) >= '0' && at(text) <= '9')
	{
		unsigned	digit = at(text) - '0';

		if (value > (INT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
		text->pos++;
	}
	if (text->pos == start)
		return false;
	if (at(text) == 'L')
		text->pos++;
	*result = value;
	return true;
}

/* Does this machine put the high byte first? */
static bool
machine_is_big_endian(void)
{
	const uint16_t one = 1;
	unsigned char first;

	memcpy(&first, &one, 1);
	return first == 0;
}

/*
 * A type as '<f8': byte order, kind, size.  "=" or no order at all is that of
 * the machine that reads, as in NumPy.  Returns NULL or what is wrong.
 */
static const char *
read_type(const char *type, MuNpyField *field)
{
	uint64_t	size = 0;
	const char *s = type;

	field->big_endian = machine_is_big_endian();
	if (*s == '<' || *s == '>' || *s == '|' || *s == '=')
	{
		if (*s == '<' || *s == '>')
			field->big_endian = *s == '>';
		s++;
	}
	field->kind = *s;
	if (*s == '\0')
		return "a type has no kind";
	for (s++; *s >= '0' && *s <= '9'; s++)
	{
		size = size * 10 + (uint64_t) (*s - '0');
		if (size > MU_NPY_MAX_SIZE)
			return "a type is too large";
	}
	switch (field->kind)
	{
		case 'b':
		case 'i':
		case 'u':
		case 'f':
		case 'S':
		case 'U':
		case 'V':
			break;
		default:
			return "a type is of a kind that is not supported";
	}
	if (*s != '\0' || s[-1] < '0' || s[-1] > '9')
		return "a type has no size";
	switch (field->kind)
	{
		case 'b':
			if (size != 1)
				return "a boolean must have 1 byte";
			break;
		case 'i':
		case 'u':
			if (size != 1 && size != 2 && size != 4 && size != 8)
				return "an integer must have 1, 2, 4 or 8 bytes";
			break;
		case 'f':
			if (size != 2 && size != 4 && size != 8)
				return "a floating-point number must have 2, 4 or 8 bytes";
			break;
		case 'U':
			size *= 4;
			if (size > MU_NPY_MAX_SIZE)
				return "a type is too large";
			break;
	}
	field->size = (uint32_t) size;
	return NULL;
}

/* The same for what must hold values: bytes without a type do not */
static const char *
read_value_type(const char *type, MuNpyField *field)
{
	const char *problem = read_type(type, field);

	if (problem == NULL && field->kind == 'V')
		return "a type is of a kind that is not supported";
	return problem;
}

/*
 * One field: its name (or a pair of title and name) and its type.  Type is
 * left there for a message, as far as it was read.
 */
static const char *
read_field(Text *text, MuNpyField *field, char *type)
{
	bool		pair;

	if (!take_char(text, '('))
		return "a field is not a pair of name and type";
	pair = take_char(text, '(');
	if (pair &&
		(!take_string(text, field->name, sizeof(field->name)) ||
		 !take_char(text, ',')))
		return "the title of a field is not a string, or too long";
	if (!take_string(text, field->name, sizeof(field->name)))
		return "the name of a field is not a string, or too long";
	if (pair && !take_char(text, ')'))
		return "a field is not a pair of name and type";
	if (!take_char(text, ','))
		return "a field is not a pair of name and type";
	if (take_char(text, '['))
		return "a field is structured itself, which is not supported";
	if (!take_string(text, type, MU_NPY_TYPE))
		return "the type of a field is not a string, or too long";
	if (take_char(text, ',') && take_char(text, '('))
		return "a field is an array, which is not supported";
	if (!take_char(text, ')'))
		return "a field is not a pair of name and type";
	if (field->name[0] != '\0')
		return read_value_type(type, field);
	return read_type(type, field);
}

/* The list of fields of a structured array */
static const char *
read_fields(Text *text, MuNpyHeader *header)
{
	header->structured = true;
	while (!take_char(text, ']'))
	{
		MuNpyField	field;
		const char *problem;
		bool		padding;
		int			i;

		memset(&field, 0, sizeof(field));
		header->bad_type[0] = '\0';
		problem = read_field(text, &field, header->bad_type);
		memcpy(header->bad_name, field.name, sizeof(field.name));
		if (problem != NULL)
			return problem;
		padding = field.name[0] == '\0' && field.kind == 'V';
		if (field.name[0] == '\0' && !padding)
			return "a field has no name";
		for (i = 0; i < header->nfields; i++)
		{
			if (strcmp(header->field[i].name, field.name) == 0)
				return "two fields have one name";
		}
		/* every size is limited, and so is how many a header can hold */
		field.offset = header->item;
		header->item += field.size;
		if (!padding)
		{
			if (header->nfields == MU_NPY_MAX_FIELDS)
				return "there are too many fields";
			header->field[header->nfields++] = field;
		}
		if (!take_char(text, ','))
		{
			if (!take_char(text, ']'))
				return "the list of fields does not end";
			break;
		}
	}
	header->bad_name[0] = header->bad_type[0] = '\0';
	if (header->nfields == 0)
		return "there are no fields";
	return NULL;
}

static const char *
read_shape(Text *text, MuNpyHeader *header)
{
	if (!take_char(text, '('))
		return "the shape is not a tuple";
	while (!take_char(text, ')'))
	{
		if (header->ndim == 2)
			return "the array has more than two dimensions";
		if (!take_number(text, &header->shape[header->ndim]))
			return "the shape has a part that is no number";
		header->ndim++;
		if (!take_char(text, ','))
		{
			if (!take_char(text, ')'))
				return "the shape does not end";
			break;
		}
	}
	return NULL;
}

/*
 * mu_npy_parse - read a whole header, of mu_npy_header_length() bytes
 *
 * Returns NULL, or what is wrong with it in words.
 */
const char *
mu_npy_parse(const unsigned char *bytes, size_t length, MuNpyHeader *header)
{
	Text		text;
	int64_t		end = mu_npy_header_length(bytes, length);
	bool		descr = false;
	bool		order = false;
	bool		shape = false;

	if (end < 0)
		return "it does not begin as a .npy file does";
	if ((uint64_t) end > length)
		return "the header does not end";
	header->version = bytes[6];
	header->bad_name[0] = header->bad_type[0] = '\0';
	header->data = (uint64_t) end;
	header->fortran = false;
	header->structured = false;
	header->ndim = 0;
	header->shape[0] = header->shape[1] = 1;
	header->item = 0;
	header->nfields = 0;

	text.bytes = bytes;
	text.length = (size_t) end;
	text.pos = bytes[6] == 1 ? 10 : 12;
	if (!take_char(&text, '{'))
		return "the header is not a dictionary";
	while (!take_char(&text, '}'))
	{
		char		key[32];
		const char *problem = NULL;

		if (!take_string(&text, key, sizeof(key)) || !take_char(&text, ':'))
			return "the header has an entry without a key";
		if (strcmp(key, "descr") == 0 && !descr)
		{
			descr = true;
			if (take_char(&text, '['))
				problem = read_fields(&text, header);
			else if (!take_string(&text, header->bad_type,
								  sizeof(header->bad_type)))
				return "the type is not a string";
			else
			{
				memset(&header->field[0], 0, sizeof(header->field[0]));
				header->nfields = 1;
				problem = read_value_type(header->bad_type,
										  &header->field[0]);
				if (problem == NULL)
					header->bad_type[0] = '\0';
				header->item = header->field[0].size;
			}
		}
		else if (strcmp(key, "fortran_order") == 0 && !order)
		{
			order = true;
			if (take_word(&text, "True"))
				header->fortran = true;
			else if (!take_word(&text, "False"))
				return "fortran_order is neither True nor False";
		}
		else if (strcmp(key, "shape") == 0 && !shape)
		{
			shape = true;
			problem = read_shape(&text, header);
		}
		else
			return "the header has an unknown entry, or one twice";
		if (problem != NULL)
			return problem;
		if (!take_char(&text, ','))
		{
			if (!take_char(&text, '}'))
				return "the header does not end";
			break;
		}
	}
	skip_space(&text);
	if (text.pos != text.length)
		return "there is something behind the header";
	if (!descr || !order || !shape)
		return "the header lacks an entry";

	/* so that every offset in the file is below 2^63 */
	if (header->item == 0)
		return "an item has no bytes";
	if (header->shape[1] != 0 &&
		header->item > (INT64_MAX - header->data) / header->shape[1])
		return "the array is too large";
	if (header->shape[1] != 0 && header->shape[0] != 0 &&
		header->shape[0] > (INT64_MAX - header->data) /
		(header->item * header->shape[1]))
		return "the array is too large";
	return NULL;
}
