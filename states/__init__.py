"""The law, pure: values in, verdicts and dates out. No session, no clock, no HTTP."""
