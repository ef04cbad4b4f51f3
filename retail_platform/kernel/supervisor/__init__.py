"""What starts the platform on one machine, keeps it up, and takes all of it along when it goes.

Standard library only: these modules run before anything is installed, and beside everything that is.
"""
