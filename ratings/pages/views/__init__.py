"""The pages' views, one file each; they read what is published and compute nothing anew."""
