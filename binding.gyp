# For `node-gyp rebuild` and `electron-rebuild`: CMake builds, as everywhere else. Not part of the published package.
{
  'targets': [
    {
      'target_name': 'ndops',
      'type': 'none',
      'actions': [
        {
          'action_name': 'cmake',
          'message': 'Building the addon with CMake',
          'inputs': [],
          # Never made, so that CMake is asked each time; it knows what changed.
          'outputs': ['<(PRODUCT_DIR)/ndops.always'],
          'action': ['node', 'scripts/build.mjs', '--addon'],
        },
      ],
    },
  ],
}
