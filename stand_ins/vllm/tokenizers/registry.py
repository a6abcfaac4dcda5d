"""No text is tokenized: a model that looks up special tokens finds some number for each."""


class Vocabulary(dict):
    def __missing__(self, token):
        self[token] = len(self)
        return self[token]


class TokenizerWithoutText:
    all_special_ids, all_special_tokens = [0], [""]

    def __init__(self):
        self.vocab = Vocabulary({"": 0})

    def __len__(self):
        return len(self.vocab)

    def get_vocab(self):
        return self.vocab

    def convert_tokens_to_ids(self, tokens):
        return self.vocab[tokens] if isinstance(tokens, str) else [self.vocab[token] for token in tokens]

    def encode(self, text, add_special_tokens=True, **options):
        return [self.vocab[text]]


def get_tokenizer(name, *arguments, **options):
    return TokenizerWithoutText()


def cached_tokenizer_from_config(model_config, **options):
    return TokenizerWithoutText()
