# %% [markdown]
# # Layers
#
# (sample)

# %%
import npdl

# %%
npdl.check("affine_forward")

# %%
npdl.check("affine_backward")
