"""A scripted model behind real HTTP: OpenAI chat completions, Bedrock Converse, Anthropic messages."""
