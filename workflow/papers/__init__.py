"""Papers (文书): contracts, certificates and forms as Word files, made for one hire from our template or the office's.

``kinds`` says which there are, who makes them and from when on; ``values`` what a template may name; ``ours`` are the
templates that come with the service; ``templates`` keeps those of an office; ``making`` makes one and opens it again.
"""
